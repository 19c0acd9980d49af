import type { Operation } from '../operations/shared/operation.ts'

/**
 * Operations that go on with what an earlier request has begun: they take an application's document
 * as it is known here. All others ask the application first.
 */
export const GOING_ON: ReadonlySet<string> = new Set([
  'GetChunks',
  'UpdateUploadSession',
  'GetLock',
  'RefreshLock',
  'Unlock',
  'UnlockAndRelock',
  'RefreshCoauthLock',
  'UnlockCoauthLock',
  'GetCoauthTable',
])

export function goesOn(operation: Operation | undefined): boolean {
  return operation !== undefined && GOING_ON.has(operation.name)
}
