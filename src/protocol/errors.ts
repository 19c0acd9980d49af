import { HEADERS } from './names.ts'

/** Every failure that a client can see: HTTP status and default text. One row per code. */
const FAILURES = {
  HEADER_MISSING: { status: 400, message: 'A required header is missing or empty' },
  HEADER_INVALID: { status: 400, message: 'A header has a value that is not allowed' },
  BOTH_LOCKS: { status: 400, message: 'X-WOPI-Lock and X-WOPI-CoauthLockId exclude each other' },
  EDITORS_WITHOUT_PROOF: { status: 400, message: 'X-WOPI-Editors needs valid proof keys' },
  FRAMES_INVALID: { status: 400, message: 'The frames of the body cannot be read' },
  MESSAGE_INVALID: { status: 400, message: 'The MessageJSON of the body cannot be read' },
  BODY_INVALID: { status: 400, message: 'The body cannot be read' },
  CHUNK_MISSING: {
    status: 400,
    message: 'The message names a chunk that neither the request nor the file has',
  },
  OFFSET_MISMATCH: { status: 400, message: 'The fragment does not start where the session ends' },
  LENGTH_MISMATCH: {
    status: 400,
    message: 'The length of the body differs from what its headers say',
  },
  CONTENT_LIMIT: {
    status: 400,
    message: 'The file would have too many streams, properties or pieces',
  },
  NAME_INVALID: { status: 400, message: 'A name is not allowed' },
  SETTINGS_PATH_INVALID: { status: 400, message: 'No file of settings has this name' },
  INVALID_TOKEN: { status: 401, message: 'The access token is missing, expired or not valid' },
  NOT_FOUND: { status: 404, message: 'The file does not exist, or the user may not do this to it' },
  NO_SUCH_ROUTE: { status: 404, message: 'No WOPI endpoint has this address' },
  GAVE_WAY: {
    status: 408,
    message: 'The client was too slow while other requests needed the memory',
  },
  LOCK_CONFLICT: { status: 409, message: 'The file is locked by something else' },
  NAME_TAKEN: { status: 409, message: 'The name is already taken' },
  NOT_EMPTY: { status: 409, message: 'The container is not empty' },
  CHANGED_ELSEWHERE: {
    status: 409,
    message: 'The file has changed since the time that the client sent',
  },
  SESSION_GONE: { status: 410, message: 'The upload session does not exist; it may have expired' },
  SEQUENCE_MISMATCH: {
    status: 412,
    message: 'The file has a newer sequence number than the client',
  },
  LARGER_THAN_EXPECTED: { status: 412, message: 'The file is larger than the client expects' },
  TOO_LARGE: { status: 413, message: 'The content is larger than this host allows' },
  BODY_ENCODED: { status: 415, message: 'The body has an encoding that this host does not decode' },
  QUOTA_EXCEEDED: { status: 500, message: 'A quota of upload sessions is exhausted' },
  STORAGE_FULL: { status: 500, message: 'The host has no room for new content' },
  PROOF_INVALID: {
    status: 500,
    message: 'The request does not prove that it comes from a known client',
  },
  PROOF_KEYS_UNKNOWN: {
    status: 500,
    message: 'The host does not know the proof keys of the client yet',
  },
  BODY_CONSUMED: {
    status: 500,
    message: 'Another part of the application has read the request body before wopikit',
  },
  INTERNAL: { status: 500, message: 'The host has failed; its log has the cause' },
  NOT_SUPPORTED: { status: 501, message: 'This operation is not supported' },
  OVERLOADED: {
    status: 503,
    message: 'The host has no memory for this request at the moment; try again later',
  },
  SHUTTING_DOWN: { status: 503, message: 'The host is shutting down' },
} as const

export type FailureCode = keyof typeof FAILURES

/** A failure that the host tells its client. Any other error is a bug and becomes a 500. */
export class WopiError extends Error {
  override readonly name = 'WopiError'
  readonly code: FailureCode
  /** HTTP status of the reply. */
  readonly status: number
  /** Response headers that the protocol requires with this failure. */
  readonly headers: Readonly<Record<string, string>>
  /** The body of the reply, sent as JSON, where a client reads one. */
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

/** 412 with the current sequence number, from which the client can catch up. */
export function sequenceMismatch(current: number, received: number): WopiError {
  return new WopiError('SEQUENCE_MISMATCH', {
    detail: `The file is at sequence number ${current}, not ${received}`,
    headers: { [HEADERS.sequenceNumber]: String(current) },
  })
}

/** When a client should try again after a refusal for lack of memory, in seconds. */
const RETRY_AFTER_S = 5

/** 503 for a request that waited for memory and got none. */
export function overloaded(): WopiError {
  return new WopiError('OVERLOADED', { headers: { 'Retry-After': String(RETRY_AFTER_S) } })
}

/** 408 for a request whose client made no progress and held memory that others needed. */
export function gaveWay(): WopiError {
  return new WopiError('GAVE_WAY', { headers: { 'Retry-After': String(RETRY_AFTER_S) } })
}

/** 413 with the largest size that the host allows. */
export function tooLarge(maxBytes: number): WopiError {
  return new WopiError('TOO_LARGE', {
    detail: `The content is larger than the ${maxBytes} bytes that this host allows`,
  })
}
