import { HEADERS } from '../../protocol/names.ts'
import type { Validator } from '../cases/validator.ts'
import type { Text } from '../cases/values.ts'

/** What the pages allow where they say that a request is refused, and not how. */
export const LIMIT_REFUSALS = [400, 413]
/** A token that is not valid: page "Standard headers" has 401, older pages 404. */
export const TOKEN_REFUSALS = [401, 404]

/** The answer has one of these statuses. */
export function status(...expected: number[]): Validator {
  return { check: 'status', expected }
}

/** The header must be there, with this value if one is given; case does not count. */
export function hasHeader(name: string, expected?: Text): Validator {
  return { check: 'header', name, required: true, ...(expected !== undefined && { expected }) }
}

/** The header is missing or empty. */
export function lacksHeader(name: string): Validator {
  return { check: 'header', name, absent: true }
}

/** The header must be there, with another value than a saved one. */
export function otherHeader(name: string, state: string): Validator {
  return { check: 'header', name, required: true, expected: { state }, shouldMatch: false }
}

/** The header is a greater 32-bit number than a saved one. */
export function greaterHeader(name: string, state: string): Validator {
  return { check: 'header', name, required: true, expected: { state }, comparator: '>' }
}

/** 412 with the number that is current. */
export function staleNumber(current: Text = { state: 'Number' }): Validator[] {
  return [status(412), hasHeader(HEADERS.sequenceNumber, current)]
}

/** 409 with the WOPI lock that holds the file; `''` when none does. */
export function lockedBy(expectedLock: Text): Validator {
  return { check: 'lockMismatch', expectedLock }
}

/** 409 of a file that is coauthored: it does not name a WOPI lock (page "locks-about"). */
export function lockedByCoauthors(): Validator[] {
  return [status(409), lacksHeader(HEADERS.lock)]
}
