import type { CoauthLockType } from '../../protocol/headers.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { CoauthLockFields, RawRequest, Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'

/** Lock ids of the cases. They differ in more than their case, except where that is the point. */
export const LOCK = 'wopikit-lock-1'
export const OTHER_LOCK = 'wopikit-lock-2'
export const COAUTH = 'wopikit-coauth-1'
export const OTHER_COAUTH = 'wopikit-coauth-2'
export const THIRD_COAUTH = 'wopikit-coauth-3'
/** No case takes this one. */
export const NO_COAUTH = 'wopikit-coauth-none'

/** Life of coauthoring locks where it does not matter, in seconds. */
const LIFE_S = '600'

/** Ends the WOPI lock of a case. */
export const RELEASE_WOPI_LOCK: readonly Step[] = [
  { operation: 'Unlock', lock: LOCK },
  { operation: 'Unlock', lock: OTHER_LOCK },
]

/** Ends whatever a case has locked. */
export const RELEASE: readonly Step[] = [
  ...RELEASE_WOPI_LOCK,
  { operation: 'UnlockCoauthLock', coauthLockId: COAUTH },
  { operation: 'UnlockCoauthLock', coauthLockId: OTHER_COAUTH },
  { operation: 'UnlockCoauthLock', coauthLockId: THIRD_COAUTH },
]

export function lock(id: string = LOCK, validators?: readonly Validator[]): Request {
  return { operation: 'Lock', lock: id, ...(validators && { validators }) }
}

export function unlock(id: string = LOCK, validators?: readonly Validator[]): Request {
  return { operation: 'Unlock', lock: id, ...(validators && { validators }) }
}

/** A Lock or RefreshLock that asks for a life, in seconds as it is sent. */
export function lockFor(
  timeout: string,
  options: { refresh?: boolean; id?: string; validators?: readonly Validator[] } = {},
): Request & RawRequest {
  const { refresh = false, id = LOCK, validators } = options
  return {
    operation: 'Raw',
    name: refresh ? 'RefreshLock' : 'Lock',
    method: 'POST',
    override: refresh ? OVERRIDES.refreshLock : OVERRIDES.lock,
    headers: [
      [HEADERS.lock, id],
      [HEADERS.lockExpirationTimeout, timeout],
    ],
    ...(validators && { validators }),
  }
}

type Coauth = Pick<Request, 'validators' | 'save'> & CoauthLockFields

export function takeCoauth(
  coauthLockId: string = COAUTH,
  options: Coauth & { type?: CoauthLockType } = {},
): Request {
  return {
    operation: 'GetCoauthLock',
    type: 'Coauth',
    coauthLockId,
    expirationTimeout: LIFE_S,
    ...options,
  }
}

export function takeExclusive(coauthLockId: string = COAUTH, options: Coauth = {}): Request {
  return takeCoauth(coauthLockId, { ...options, type: 'CoauthExclusive' })
}

export function refreshCoauth(coauthLockId: string = COAUTH, options: Coauth = {}): Request {
  return { operation: 'RefreshCoauthLock', coauthLockId, expirationTimeout: LIFE_S, ...options }
}

export function releaseCoauth(
  coauthLockId: string = COAUTH,
  validators?: readonly Validator[],
): Request {
  return { operation: 'UnlockCoauthLock', coauthLockId, ...(validators && { validators }) }
}
