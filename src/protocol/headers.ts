import { WopiError } from './errors.ts'
import {
  COAUTH_METADATA_MAX_BYTES,
  HEADER_VALUE_MAX_CHARS,
  HEADERS,
  LOCK_ID_MAX_CHARS,
  LOCK_LIFETIME_MS,
  LOCK_TIMEOUT_MAX_S,
  LOCK_TIMEOUT_MIN_S,
  MAX_EXPECTED_SIZE_DEFAULT,
  SEQUENCE_NUMBER_MAX,
} from './names.ts'
import { encodeUtf7 } from './utf7.ts'

/** Gives the value of a request header, whose name is in any case. Empty counts as absent. */
export type HeaderReader = (name: string) => string | undefined

/** Types of coauthoring locks: page "locks-about". */
export type CoauthLockType = 'Coauth' | 'CoauthExclusive'

/** The lock that a writer presents: at most one of the two kinds. */
export type PresentedLock = { kind: 'wopi'; lockId: string } | { kind: 'coauth'; lockId: string }

const ECHO_MAX_CHARS = 80
const SHOWN_NAME_MAX_CHARS = 256
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/
const DECIMAL = /^[+-]?\d{1,16}$/

/**
 * The WOPI lock id of a request that cannot do without one.
 *
 * @throws WopiError `HEADER_MISSING`, or `HEADER_INVALID` when it is not 1 to 1024 printable ASCII
 *   characters
 */
export function readLockId(header: HeaderReader): string {
  return required(readOptionalLockId(header), HEADERS.lock)
}

/**
 * The WOPI lock id, or `undefined`.
 *
 * @throws WopiError `HEADER_INVALID`
 */
export function readOptionalLockId(header: HeaderReader): string | undefined {
  return readId(header, HEADERS.lock)
}

/**
 * The WOPI lock that Lock, RefreshLock and UnlockAndRelock ask for, with its life in ms.
 *
 * @throws WopiError `HEADER_MISSING`, `HEADER_INVALID`
 */
export function readWopiLock(header: HeaderReader): {
  lockId: string
  lifetimeMs: number
  userVisible: boolean
} {
  return {
    lockId: readLockId(header),
    lifetimeMs: readLockTimeout(header),
    userVisible: readLockUserVisible(header),
  }
}

/**
 * The lock id that UnlockAndRelock gives up; `undefined` makes the request a Lock.
 *
 * @throws WopiError `HEADER_INVALID`
 */
export function readOldLock(header: HeaderReader): string | undefined {
  return readId(header, HEADERS.oldLock)
}

/**
 * The CoauthLockId of a request that cannot do without one.
 *
 * @throws WopiError `HEADER_MISSING`, or `HEADER_INVALID` when it is not 1 to 1024 printable ASCII
 *   characters
 */
export function readCoauthLockId(header: HeaderReader): string {
  return required(readOptionalCoauthLockId(header), HEADERS.coauthLockId)
}

/**
 * The CoauthLockId, or `undefined`.
 *
 * @throws WopiError `HEADER_INVALID`
 */
export function readOptionalCoauthLockId(header: HeaderReader): string | undefined {
  return readId(header, HEADERS.coauthLockId)
}

/**
 * The lock that PutChunkedFile presents, or `undefined` for none: page "put-chunked-file".
 *
 * @throws WopiError `BOTH_LOCKS` when it presents a WOPI lock and a coauthoring lock,
 *   `HEADER_INVALID` when an id is malformed
 */
export function readPresentedLock(header: HeaderReader): PresentedLock | undefined {
  const wopi = readOptionalLockId(header)
  const coauth = readOptionalCoauthLockId(header)
  if (wopi !== undefined && coauth !== undefined) throw new WopiError('BOTH_LOCKS')
  if (wopi !== undefined) return { kind: 'wopi', lockId: wopi }
  return coauth === undefined ? undefined : { kind: 'coauth', lockId: coauth }
}

/**
 * The type of coauthoring lock that GetCoauthLock asks for; the case counts.
 *
 * @throws WopiError `HEADER_MISSING`, `HEADER_INVALID`
 */
export function readCoauthLockType(header: HeaderReader): CoauthLockType {
  const text = required(present(header, HEADERS.coauthLockType), HEADERS.coauthLockType)
  if (text !== 'Coauth' && text !== 'CoauthExclusive') {
    throw invalid(HEADERS.coauthLockType, 'Coauth or CoauthExclusive', text)
  }
  return text
}

/**
 * How long a coauthoring lock shall live, in ms.
 *
 * @throws WopiError `HEADER_MISSING`, or `HEADER_INVALID` when it is not 60 to 3600 seconds
 */
export function readCoauthTimeout(header: HeaderReader): number {
  const name = HEADERS.coauthLockExpirationTimeout
  return required(readTimeout(header, name), name)
}

/**
 * How long a WOPI lock shall live, in ms: 30 minutes when the request does not say.
 *
 * @throws WopiError `HEADER_INVALID` when it is not 60 to 3600 seconds
 */
export function readLockTimeout(header: HeaderReader): number {
  return readTimeout(header, HEADERS.lockExpirationTimeout) ?? LOCK_LIFETIME_MS
}

/**
 * Whether others may be told who holds the WOPI lock; `false` when the request does not say.
 *
 * @throws WopiError `HEADER_INVALID` when it is neither true nor false, in any case
 */
export function readLockUserVisible(header: HeaderReader): boolean {
  const text = present(header, HEADERS.lockUserVisible)
  const value = text?.toLowerCase() ?? 'false'
  if (value !== 'true' && value !== 'false') {
    throw invalid(HEADERS.lockUserVisible, 'true or false', text ?? '')
  }
  return value === 'true'
}

/**
 * The CoauthLockMetadata header, or `undefined`; a body that carries metadata goes before it.
 *
 * @throws WopiError `HEADER_INVALID` when it is longer than 4 KB
 */
export function readCoauthMetadata(header: HeaderReader): string | undefined {
  const name = HEADERS.coauthLockMetadata
  const text = present(header, name)
  // Header values reach us with one character for each byte.
  if (text !== undefined && text.length > COAUTH_METADATA_MAX_BYTES) {
    throw invalid(name, `at most ${COAUTH_METADATA_MAX_BYTES} bytes`, `${text.length} bytes`)
  }
  return text
}

/**
 * The sequence number that a writer expects. Any signed 32-bit number will do: zero and negative
 * ones match no state, which is an answer of 412, not of 400.
 *
 * @throws WopiError `HEADER_MISSING`, `HEADER_INVALID`
 */
export function readSequenceNumber(header: HeaderReader): number {
  const name = HEADERS.sequenceNumber
  const range = { min: -SEQUENCE_NUMBER_MAX - 1, max: SEQUENCE_NUMBER_MAX }
  return required(readInteger(header, name, range), name)
}

/**
 * The largest file that the client of a GetFile takes, in bytes: 2^31 − 1 when it does not say. A
 * number beyond all sizes means any.
 *
 * @throws WopiError `HEADER_INVALID` when it is no whole number
 */
export function readMaxExpectedSize(header: HeaderReader): number {
  const name = HEADERS.maxExpectedSize
  const text = header(name)?.trim() ?? ''
  if (/^\d{16,}$/.test(text)) return Number.MAX_SAFE_INTEGER
  return readInteger(header, name) ?? MAX_EXPECTED_SIZE_DEFAULT
}

/**
 * Where the body of an UpdateUploadSession starts in the session's stream, in bytes.
 *
 * @throws WopiError `HEADER_MISSING`, `HEADER_INVALID` when it is negative or not a safe integer
 */
export function readContentRangeOffset(header: HeaderReader): number {
  return required(readInteger(header, HEADERS.contentRangeOffset), HEADERS.contentRangeOffset)
}

/**
 * How long the body of an UpdateUploadSession is, in bytes.
 *
 * @throws WopiError `HEADER_MISSING`, `HEADER_INVALID` when it is negative or not a safe integer
 */
export function readContentRangeLength(header: HeaderReader): number {
  return required(readInteger(header, HEADERS.contentRangeLength), HEADERS.contentRangeLength)
}

/**
 * The token of an upload session, opaque.
 *
 * @throws WopiError `HEADER_MISSING`
 */
export function readUploadSessionToken(header: HeaderReader): string {
  return required(present(header, HEADERS.uploadSessionToken), HEADERS.uploadSessionToken)
}

/**
 * Makes any text safe as the value of a response header: what is not printable ASCII becomes
 * `\uXXXX`, and what is too long ends in `...`.
 */
export function headerValue(text: string): string {
  return shorten(
    escapeUnprintable(text.slice(0, HEADER_VALUE_MAX_CHARS + 1)),
    HEADER_VALUE_MAX_CHARS,
  )
}

/** Value of `X-WOPI-ConflictingLockUsername`: in UTF-7, as all names in WOPI headers are. */
export function conflictingUsernameHeader(displayName: string): string {
  return encodeUtf7(displayName.slice(0, SHOWN_NAME_MAX_CHARS))
}

function present(header: HeaderReader, name: string): string | undefined {
  const text = header(name)?.trim()
  return text === '' ? undefined : text
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) {
    throw new WopiError('HEADER_MISSING', { detail: `${name} is missing or empty` })
  }
  return value
}

function readId(header: HeaderReader, name: string): string | undefined {
  const text = present(header, name)
  if (text === undefined) return undefined
  if (text.length > LOCK_ID_MAX_CHARS) {
    throw invalid(name, `at most ${LOCK_ID_MAX_CHARS} characters`, `${text.length} characters`)
  }
  if (!PRINTABLE_ASCII.test(text)) throw invalid(name, 'printable ASCII', text)
  return text
}

function readTimeout(header: HeaderReader, name: string): number | undefined {
  const range = { min: LOCK_TIMEOUT_MIN_S, max: LOCK_TIMEOUT_MAX_S }
  const seconds = readInteger(header, name, range)
  return seconds === undefined ? undefined : seconds * 1000
}

function readInteger(
  header: HeaderReader,
  name: string,
  { min, max } = { min: 0, max: Number.MAX_SAFE_INTEGER },
): number | undefined {
  const text = present(header, name)
  if (text === undefined) return undefined
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) {
    throw invalid(name, `a whole number from ${min} to ${max}`, text)
  }
  return value
}

function invalid(name: string, expected: string, received: string): WopiError {
  const echo = shorten(escapeUnprintable(received.slice(0, ECHO_MAX_CHARS + 1)), ECHO_MAX_CHARS)
  return new WopiError('HEADER_INVALID', { detail: `${name} must be ${expected}, not ${echo}` })
}

function escapeUnprintable(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function shorten(text: string, maxChars: number): string {
  return text.length > maxChars ? `${text.slice(0, maxChars - 3)}...` : text
}
