import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { RawRequest, Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import type { Text } from '../cases/values.ts'
import { hasHeader, status } from './expectations.ts'
import { LOCK, lock, RELEASE, unlock } from './locks.ts'
import { main, save } from './saves.ts'

/** The token of the session that a case has opened first. */
export const SESSION: Text = { state: 'Session' }

/** Opens an upload session and keeps its token under a name. */
export function createSession(name = 'Session'): Request {
  return {
    operation: 'Raw',
    name: 'CreateUploadSession',
    method: 'POST',
    override: OVERRIDES.createUploadSession,
    validators: [
      status(200),
      {
        check: 'json',
        properties: [{ name: 'UploadSessionToken', type: 'regex', required: true, pattern: '.' }],
      },
    ],
    save: [{ name, from: { json: 'UploadSessionToken' } }],
  }
}

export interface AppendOptions {
  /** The token, `SESSION` when left out; `null`: the header is left out. */
  session?: Text | null
  /** In bytes, as it is sent; `null`: the header is left out. */
  offset?: string | null
  /** In bytes, as it is sent: the true length when left out, no header when `null`. */
  length?: string | null
  validators?: readonly Validator[]
}

/** Sends bytes to an upload session, which must take them. */
export function append(offset: number, bytes: Uint8Array, options: AppendOptions = {}): Request {
  return appendRaw(bytes, {
    offset: String(offset),
    validators: [
      status(200),
      hasHeader(HEADERS.uploadSessionCurrentOffset, String(offset + bytes.length)),
    ],
    ...options,
  })
}

/** Sends bytes to an upload session with headers that may be wrong. */
export function appendRaw(bytes: Uint8Array, options: AppendOptions): Request & RawRequest {
  const { session = SESSION, validators } = options
  const { offset = '0', length = String(bytes.length) } = options
  const headers = [
    [HEADERS.uploadSessionToken, session],
    [HEADERS.contentRangeOffset, offset],
    [HEADERS.contentRangeLength, length],
  ] as const
  return {
    operation: 'Raw',
    name: 'UpdateUploadSession',
    method: 'POST',
    override: OVERRIDES.updateUploadSession,
    headers: headers.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
    body: { bytes },
    ...(validators && { validators }),
  }
}

/** Bytes in parts that end where `cuts` say, each sent where the one before has ended. */
export function appendInParts(
  bytes: Uint8Array,
  cuts: readonly number[],
  options: AppendOptions = {},
): Request[] {
  const edges = [0, ...cuts, bytes.length]
  return edges.slice(1).map((end, index) => {
    const start = edges[index] as number
    return append(start, bytes.subarray(start, end), options)
  })
}

/** 400 with where the session stands. */
export function standsAt(offset: number): Validator[] {
  return [status(400), hasHeader(HEADERS.uploadSessionCurrentOffset, String(offset))]
}

/**
 * Cleans up after a case that has kept the number of the file as `Number` and left a session open:
 * hosts allow so many at a time, and nothing but a commit ends one.
 */
export function endSession(session: Text = SESSION): Step[] {
  return [...RELEASE, lock(), save({ lock: LOCK, session, streams: [main('')] }), unlock()]
}
