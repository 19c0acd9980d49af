import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { type OperationRequest, readWhole, type Transport } from '../transport.ts'
import type { CallOptions } from './call-options.ts'

type LockOperation = keyof typeof LOCK_OVERRIDES
const LOCK_OVERRIDES = {
  Lock: OVERRIDES.lock,
  RefreshLock: OVERRIDES.refreshLock,
  Unlock: OVERRIDES.unlock,
} as const

/** The operations on the WOPI lock. */
export function lockCalls({ call }: Pick<Transport, 'call'>) {
  function changeLock(operation: LockOperation, lockId: string, signal?: AbortSignal) {
    const request: OperationRequest = {
      operation,
      override: LOCK_OVERRIDES[operation],
      headers: { [HEADERS.lock]: lockId },
      signal,
    }
    return call(request, async (reply) => {
      await readWhole(reply, request)
    })
  }

  return {
    lock: (lockId: string, { signal }: CallOptions = {}) => changeLock('Lock', lockId, signal),
    refreshLock: (lockId: string, { signal }: CallOptions = {}) =>
      changeLock('RefreshLock', lockId, signal),
    unlock: (lockId: string, { signal }: CallOptions = {}) => changeLock('Unlock', lockId, signal),

    getLock({ signal }: CallOptions = {}) {
      const request: OperationRequest = {
        operation: 'GetLock',
        override: OVERRIDES.getLock,
        signal,
      }
      return call(request, async (reply) => {
        await readWhole(reply, request)
        return reply.headers.get(HEADERS.lock) ?? ''
      })
    },
  }
}
