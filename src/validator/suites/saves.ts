import type { ContentProperty } from '../../protocol/messages.ts'
import { HEADERS, MAIN_CONTENT, SEQUENCE_NUMBER_MAX } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { ContentStream, Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import type { Content, Text } from '../cases/values.ts'
import { greaterHeader, hasHeader, status } from './expectations.ts'
import { COAUTH, LOCK, lock, takeCoauth, unlock } from './locks.ts'

const NOTHING: Content = { text: '' }
export const ALTERNATE = 'Alternate'

/** Keeps the sequence number of now under a name. */
export function readNumber(name: string): Request {
  return {
    operation: 'GetSequenceNumber',
    validators: [status(200), hasHeader(HEADERS.sequenceNumber)],
    save: [{ name, from: { header: HEADERS.sequenceNumber } }],
  }
}

/** Keeps it as `Number`, where saves look for it. */
export const READ_NUMBER: Request = readNumber('Number')

/** A sequence number that no file reaches in a run of cases. */
export const OTHER_NUMBER = String(SEQUENCE_NUMBER_MAX)

/** The file is still in the state whose number was kept. */
export const NUMBER_UNCHANGED: Request = {
  operation: 'GetSequenceNumber',
  validators: [status(200), hasHeader(HEADERS.sequenceNumber, { state: 'Number' })],
}

/** Makes a file that is not locked, with this content and nothing beside it. */
export function unlockedWith(content: string): Step[] {
  return [lock(), putFile(content), unlock()]
}

/** Takes a coauthoring lock and reads the number that a save needs. */
export const BEGIN_COAUTHORING: readonly Step[] = [takeCoauth(), READ_NUMBER]

export function putFile(
  content: string,
  options: { lock?: string; validators?: readonly Validator[] } = {},
): Request {
  return { operation: 'PutFile', lock: LOCK, content: { text: content }, ...options }
}

/** PutFile that names no lock. */
export function putFileWithoutLock(content: string, validators: readonly Validator[]): Request {
  return { operation: 'PutFile', content: { text: content }, validators }
}

/** The file as one chunk, sent whole. */
export function main(text: string): ContentStream {
  return wholeStream(MAIN_CONTENT, { text })
}

/** The alternate stream as one chunk, sent whole; an empty one has no chunks, and is deleted. */
export function alternate(text: string, streamId: string = ALTERNATE): ContentStream {
  return wholeStream(streamId, { text })
}

export function wholeStream(
  streamId: string,
  newContent: Content,
  scheme: ContentStream['scheme'] = 'FullFile',
): ContentStream {
  return { streamId, scheme, newContent, lastKnown: NOTHING }
}

/** The same, of which no chunk is sent. */
export function unsent(stream: ContentStream): ContentStream {
  return { ...stream, lastKnown: stream.newContent }
}

export interface SaveOptions {
  streams: readonly ContentStream[]
  properties?: readonly ContentProperty[]
  /** Presents the coauthoring lock when neither is given. */
  lock?: string
  coauthLockId?: string
  /** The state that the client has seen, `Number` when left out. */
  sequenceNumber?: Text
  /** Token of an upload session. */
  session?: Text
}

/** A PutChunkedFile that has to succeed; the new number is kept as `Number`. */
export function save(options: SaveOptions): Request {
  return {
    ...putChunked(options),
    validators: [
      status(200),
      greaterHeader(HEADERS.sequenceNumber, 'Number'),
      hasHeader(HEADERS.itemVersion),
    ],
    save: [
      { name: 'Number', from: { header: HEADERS.sequenceNumber } },
      { name: 'Version', from: { header: HEADERS.itemVersion } },
    ],
  }
}

/** A PutChunkedFile that ends otherwise. */
export function saveRefused(
  expected: readonly number[] | readonly Validator[],
  options: SaveOptions,
): Request {
  const [first] = expected
  const validators =
    typeof first === 'number'
      ? [status(...(expected as number[]))]
      : (expected as readonly Validator[])
  return { ...putChunked(options), validators }
}

function putChunked({ streams, properties = [], session, ...headers }: SaveOptions): Request {
  const presented =
    headers.lock === undefined && headers.coauthLockId === undefined ? { coauthLockId: COAUTH } : {}
  return {
    operation: 'PutChunkedFile',
    sequenceNumber: { state: 'Number' },
    ...presented,
    ...headers,
    properties,
    streams,
    ...(session !== undefined && { uploadSessionToken: session }),
  }
}
