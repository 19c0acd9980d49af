import type { AtOnce, Outcome } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import { clause } from './define-group.ts'
import { status } from './expectations.ts'
import { RELEASE, RELEASE_WOPI_LOCK, releaseCoauth, unlock } from './locks.ts'

/** How many clients want the same thing at once. */
export const CLIENTS = 8
/** Several clients, each with an id of its own. */
export const IDS = Array.from({ length: CLIENTS }, (_, index) => `wopikit-client-${index + 1}`)
/** Ends the WOPI lock of whoever has it. */
export const RELEASE_WOPI_IDS = [...RELEASE_WOPI_LOCK, ...IDS.map((id) => unlock(id))]
/** Ends whatever they have locked. */
export const RELEASE_IDS = [...RELEASE, ...IDS.flatMap((id) => [unlock(id), releaseCoauth(id)])]

export const ONE_STATE = clause(
  'content-sequence',
  'A save follows the state that its client has seen: of several that follow one state only one succeeds.',
)

/** The same request from every client. */
export function times(request: () => Request): Request[] {
  return Array.from({ length: CLIENTS }, request)
}

export function atOnce(requests: readonly Request[], ...outcomes: readonly Outcome[]): AtOnce {
  return { operation: 'AtOnce', requests, outcomes }
}

export function won(count: number, ...more: readonly Validator[]): Outcome {
  return { name: 'done', count, validators: [status(200), ...more] }
}

export function lost(count: number, ...validators: readonly Validator[]): Outcome {
  return { name: 'refused', count, validators }
}
