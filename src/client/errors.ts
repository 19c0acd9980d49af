import { HEADERS } from '../protocol/names.ts'
import { readNetworkFailure } from './network-failure.ts'

/** What kind of failure it is; statuses of the host are grouped by what a caller can do about them. */
export type WopiClientErrorCode =
  | 'BAD_REQUEST'
  | 'INVALID_TOKEN'
  | 'NOT_FOUND'
  | 'LOCKED'
  | 'SESSION_GONE'
  | 'SEQUENCE_MISMATCH'
  | 'TOO_LARGE'
  | 'NOT_SUPPORTED'
  | 'PROOF_REFUSED'
  | 'HOST_FAILED'
  | 'NETWORK'
  | 'CANNOT_CONNECT'
  | 'BLOCKED'
  | 'SOURCE_CHANGED'
  | 'BAD_REPLY'

/** What a `WopiClientError` tells besides its code. */
export interface WopiClientErrorDetails {
  /** The WOPI operation, such as `PutChunkedFile`. */
  operation: string
  /** HTTP status; 0 when no complete answer came. */
  status?: number
  /** `X-WOPI-FailureReason`, or else `X-WOPI-LockFailureReason`. */
  failureReason?: string | undefined
  /** `X-Wopikit-FailureCode`, which only hosts made with wopikit send: a code of docs/errors.md. */
  failureCode?: string | undefined
  /** `X-WOPI-Lock`: the lock that holds the file, '' for none, `undefined` when not told. */
  lock?: string | undefined
  /** `X-WOPI-ConflictingLockUsername`, as sent. */
  lockedBy?: string | undefined
  /** `X-WOPI-SequenceNumber`: the number that is current. */
  sequenceNumber?: number | undefined
  /** `X-WOPI-UploadSessionCurrentOffset`: where the session stands, in bytes. */
  currentOffset?: number | undefined
  /** What `Retry-After` asks for, in ms. */
  retryAfterMs?: number | undefined
  cause?: unknown
}

/** A WOPI operation that did not succeed: refused, unanswered, or answered with nonsense. */
export class WopiClientError extends Error {
  override readonly name = 'WopiClientError'
  readonly code: WopiClientErrorCode
  readonly operation: string
  readonly status: number
  readonly failureReason: string | undefined
  readonly failureCode: string | undefined
  readonly lock: string | undefined
  readonly lockedBy: string | undefined
  readonly sequenceNumber: number | undefined
  readonly currentOffset: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: WopiClientErrorCode, message: string, details: WopiClientErrorDetails) {
    super(`${details.operation}: ${message}`, { cause: details.cause })
    this.code = code
    this.operation = details.operation
    this.status = details.status ?? 0
    this.failureReason = details.failureReason
    this.failureCode = details.failureCode
    this.lock = details.lock
    this.lockedBy = details.lockedBy
    this.sequenceNumber = details.sequenceNumber
    this.currentOffset = details.currentOffset
    this.retryAfterMs = details.retryAfterMs
  }
}

const CODES: Readonly<Record<number, WopiClientErrorCode>> = {
  401: 'INVALID_TOKEN',
  403: 'NOT_FOUND',
  404: 'NOT_FOUND',
  409: 'LOCKED',
  410: 'SESSION_GONE',
  412: 'SEQUENCE_MISMATCH',
  413: 'TOO_LARGE',
  501: 'NOT_SUPPORTED',
}

/** The failure that a reply with another status than 200 tells of; its body is not looked at. */
export function refusedBy(operation: string, reply: Response): WopiClientError {
  const header = (name: string) => reply.headers.get(name) ?? undefined
  const failureReason = header(HEADERS.failureReason) ?? header(HEADERS.lockFailureReason)
  const failureCode = header(HEADERS.failureCode)
  return new WopiClientError(
    failureCode === 'PROOF_INVALID' ? 'PROOF_REFUSED' : codeOf(reply.status),
    `${describeStatus(reply)}${failureReason ? `, "${failureReason}"` : ''}`,
    {
      operation,
      status: reply.status,
      failureReason,
      failureCode,
      lock: header(HEADERS.lock),
      lockedBy: header(HEADERS.conflictingLockUsername),
      sequenceNumber: readNumber(header(HEADERS.sequenceNumber)),
      currentOffset: readNumber(header(HEADERS.uploadSessionCurrentOffset)),
      retryAfterMs: secondsToMs(readNumber(header('Retry-After'))),
    },
  )
}

function describeStatus({ status, type }: Response): string {
  const redirect = type === 'opaqueredirect' || (status >= 300 && status < 400)
  // The token in the address would travel on.
  if (redirect) return 'the host replied with a redirect, which the client does not follow'
  return `the host answered ${status}`
}

function codeOf(status: number): WopiClientErrorCode {
  return CODES[status] ?? (status >= 500 ? 'HOST_FAILED' : 'BAD_REQUEST')
}

/** The failure of a reply that is not what the protocol says. */
export function badReply(operation: string, message: string, cause?: unknown): WopiClientError {
  return new WopiClientError('BAD_REPLY', message, { operation, cause })
}

/** The failure of a reply without a header that every host sends. */
export function missingHeader(operation: string, reply: Response, name: string): WopiClientError {
  const hidden = ': does the host name it in Access-Control-Expose-Headers?'
  return badReply(operation, `the reply has no ${name}${reply.type === 'cors' ? hidden : ''}`)
}

/** The failure of a source that has changed since it was chunked. */
export function sourceChanged(operation: string, cause?: unknown): WopiClientError {
  return new WopiClientError(
    'SOURCE_CHANGED',
    'the document changed or disappeared while it was read: choose it again',
    { operation, cause },
  )
}

/**
 * The failure of a connection that could not be made, or broke: `NETWORK`, or `CANNOT_CONNECT` where
 * no later try will succeed either.
 */
export function networkFailure(operation: string, cause: unknown): WopiClientError {
  const { words, passes } = readNetworkFailure(cause)
  const code = passes ? 'NETWORK' : 'CANNOT_CONNECT'
  return new WopiClientError(code, `no answer: ${words}`, { operation, cause })
}

/** A whole number that is not negative, or `undefined`. */
export function readNumber(text: string | null | undefined): number | undefined {
  if (!text || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

/** The offset of an upload session keeps changing although this upload sends nothing. */
export function sessionUnsteady(expected: number, current: number): WopiClientError {
  return new WopiClientError(
    'BAD_REPLY',
    `the session reports offset ${current} instead of ${expected} again and again: does another upload use it?`,
    { operation: 'UpdateUploadSession', currentOffset: current },
  )
}
