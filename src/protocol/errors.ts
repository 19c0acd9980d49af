import { HEADERS } from './names.ts'

/** Every failure a client can see: its HTTP status and the default text. One row per code. */
const FAILURES = {
  HEADER_MISSING: { status: 400, message: 'A required header is missing or empty' },
  HEADER_INVALID: { status: 400, message: 'A header has a value that is not allowed' },
  BOTH_LOCKS: { status: 400, message: 'X-WOPI-Lock and X-WOPI-CoauthLockId exclude each other' },
  EDITORS_WITHOUT_PROOF: { status: 400, message: 'X-WOPI-Editors needs valid proof keys' },
  FRAMES_INVALID: { status: 400, message: 'The frames of the body cannot be read' },
  MESSAGE_INVALID: { status: 400, message: 'The MessageJSON of the body cannot be read' },
  BODY_INVALID: { status: 400, message: 'The body cannot be read' },
  CHUNK_MISSING: { status: 400, message: 'A chunk is named that neither side has' },
  OFFSET_MISMATCH: { status: 400, message: 'The fragment does not start where the session stands' },
  LENGTH_MISMATCH: { status: 400, message: 'The body is not as long as its headers say' },
  CONTENT_LIMIT: { status: 400, message: 'The file would have too many streams or properties' },
  NAME_INVALID: { status: 400, message: 'A name is not allowed' },
  SETTINGS_PATH_INVALID: { status: 400, message: 'No file of settings has this name' },
  INVALID_TOKEN: { status: 401, message: 'The access token is missing, expired or not valid' },
  NOT_FOUND: { status: 404, message: 'No such file, or no right to do this to it' },
  NO_SUCH_ROUTE: { status: 404, message: 'No WOPI endpoint has this address' },
  GAVE_WAY: { status: 408, message: 'The client was too slow while others needed the memory' },
  LOCK_CONFLICT: { status: 409, message: 'The file is locked by something else' },
  NAME_TAKEN: { status: 409, message: 'Something of this name is there already' },
  NOT_EMPTY: { status: 409, message: 'The container is not empty' },
  CHANGED_ELSEWHERE: { status: 409, message: 'The file has changed since the time that was sent' },
  SESSION_GONE: { status: 410, message: 'No such upload session; it may have expired' },
  SEQUENCE_MISMATCH: { status: 412, message: 'The file has changed since this sequence number' },
  LARGER_THAN_EXPECTED: { status: 412, message: 'The file is larger than the client expects' },
  TOO_LARGE: { status: 413, message: 'The content is larger than this host allows' },
  BODY_ENCODED: { status: 415, message: 'The body is in a form that this host does not decode' },
  QUOTA_EXCEEDED: { status: 500, message: 'A quota of upload sessions is used up' },
  STORAGE_FULL: { status: 500, message: 'The host has no room for new content' },
  PROOF_INVALID: { status: 500, message: 'The request is not proven to come from a known client' },
  PROOF_KEYS_UNKNOWN: { status: 500, message: 'The keys that prove requests are not known yet' },
  BODY_CONSUMED: { status: 500, message: 'Something before wopikit has read the request body' },
  INTERNAL: { status: 500, message: 'The host failed' },
  NOT_SUPPORTED: { status: 501, message: 'This operation is not supported' },
  OVERLOADED: { status: 503, message: 'The host has no memory for this request at the moment' },
  SHUTTING_DOWN: { status: 503, message: 'The host is shutting down' },
} as const

export type FailureCode = keyof typeof FAILURES

/** A failure to be answered to the client. Anything else that is thrown is a bug and becomes a 500. */
export class WopiError extends Error {
  override readonly name = 'WopiError'
  readonly code: FailureCode
  /** HTTP status of the answer. */
  readonly status: number
  /** Response headers that the protocol demands with this failure. */
  readonly headers: Readonly<Record<string, string>>
  /** What the answer's body says as JSON, where a client reads one. */
  readonly body: unknown

  constructor(
    code: FailureCode,
    options: {
      detail?: string
      headers?: Record<string, string>
      body?: unknown
      cause?: unknown
    } = {},
  ) {
    super(options.detail ?? FAILURES[code].message, { cause: options.cause })
    this.code = code
    this.status = FAILURES[code].status
    this.headers = options.headers ?? {}
    this.body = options.body
  }
}

/** 412 with the number that is current, which the client needs to catch up. */
export function sequenceMismatch(current: number, received: number): WopiError {
  return new WopiError('SEQUENCE_MISMATCH', {
    detail: `The file is at sequence number ${current}, not ${received}`,
    headers: { [HEADERS.sequenceNumber]: String(current) },
  })
}

/** When a client that was refused for want of memory should try again, in seconds. */
const RETRY_AFTER_S = 5

/** 503 for a request that has waited in vain for memory. */
export function overloaded(): WopiError {
  return new WopiError('OVERLOADED', { headers: { 'Retry-After': String(RETRY_AFTER_S) } })
}

/** 408 for a request whose client stood still with memory that others needed. */
export function gaveWay(): WopiError {
  return new WopiError('GAVE_WAY', { headers: { 'Retry-After': String(RETRY_AFTER_S) } })
}

/** 413 that says what the host allows. */
export function tooLarge(maxBytes: number): WopiError {
  return new WopiError('TOO_LARGE', {
    detail: `The content is larger than the ${maxBytes} bytes that this host allows`,
  })
}
