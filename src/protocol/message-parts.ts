/*
 * Reads the parts of a message by hand: browsers load this, and may forbid code that is made at run
 * time, which libraries of schemas like to make. Every list has a maximum that is looked at first.
 */
import type { Chunk, ChunkId } from './chunking/chunk.ts'
import { isChunkId } from './chunking/chunk-id.ts'
import { MessageError } from './message-error.ts'
import { parseJson } from './message-json.ts'
import { ALTERNATE_STREAMS_MAX, CHUNKS_PER_STREAM_MAX, STREAM_ID_MAX_CHARS } from './names.ts'
import type { SplitJson } from './split-json.ts'

const STREAMS_MAX = ALTERNATE_STREAMS_MAX + 1

/** A value of a message, with its place for the words of an error. */
export interface Part {
  value: unknown
  /** Such as `Signatures[0].StreamId`; empty for the message as a whole. */
  path: string
  /** The message, where its long lists are parsed when they are read. */
  json?: SplitJson
}

/** Gives a member of an object by its name. */
export type Members = (name: string) => Part

/** The members of a whole message. @throws MessageError */
export function readMessage(bytes: Uint8Array): Members {
  return readObject({ value: parseJson(bytes), path: '' })
}

/** @throws MessageError */
export function readObject({ value, path, json }: Part): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unexpected({ value, path }, 'an object')
  }
  const members = value as Record<string, unknown>
  return (name) => ({
    value: Object.hasOwn(members, name) ? members[name] : undefined,
    path: path ? `${path}.${name}` : name,
    ...(json && { json }),
  })
}

/** `undefined` when it is absent or null. */
export function optional<T>(part: Part, read: (part: Part) => T): T | undefined {
  return part.value === undefined || part.value === null ? undefined : read(part)
}

/** @throws MessageError */
export function readText(part: Part): string {
  if (typeof part.value === 'string') return part.value
  throw unexpected(part, 'a string')
}

/** A text that is not empty. @throws MessageError */
export function readSomeText(part: Part): string {
  const text = readText(part)
  if (text === '') throw new MessageError(part.path, 'is empty')
  return text
}

/** A text of 1 to `max` characters that UTF-8 can carry. @throws MessageError */
export function readName(part: Part, max: number): string {
  const text = readSomeText(part)
  if (text.length > max) throw new MessageError(part.path, `has more than ${max} characters`)
  return readWellFormed(part)
}

/** @throws MessageError when UTF-8 cannot carry it */
export function readWellFormed(part: Part): string {
  const text = readText(part)
  if (text.isWellFormed()) return text
  throw new MessageError(part.path, 'has an unpaired surrogate')
}

/** @throws MessageError also when it is longer than `maxBytes` in UTF-8 */
export function readShortText(part: Part, maxBytes: number): string {
  const text = readText(part)
  if (new TextEncoder().encode(text).length <= maxBytes) return text
  throw new MessageError(part.path, `is longer than ${maxBytes} bytes`)
}

/** @throws MessageError */
export function readNumber(part: Part): number {
  if (typeof part.value === 'number') return part.value
  throw unexpected(part, 'a number')
}

/** @throws MessageError */
export function readChoice<T extends string>(part: Part, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === part.value)
  if (chosen !== undefined) return chosen
  const rest = choices.slice(0, -1).join(', ')
  throw unexpected(part, `${rest} or ${choices.at(-1)}`)
}

/** @throws MessageError also when it has more than `max` entries */
export function readEntries<T>(part: Part, max: number, read: (entry: Part) => T): T[] {
  const { path, json } = part
  const long = json?.listOf(part.value)
  if ((long?.length ?? 0) > max) throw new MessageError(path, `has more than ${max} entries`)
  const value = long && json ? [...json.entriesOf(long)].flat() : part.value
  if (!Array.isArray(value)) throw unexpected(part, 'a list')
  if (value.length > max) throw new MessageError(path, `has more than ${max} entries`)
  return value.map((entry, index) =>
    read({ value: entry, path: `${path}[${index}]`, ...(json && { json }) }),
  )
}

/** At least one entry, and no two for the same stream. @throws MessageError */
export function readPerStream<T>(part: Part, read: (members: Members, streamId: string) => T): T[] {
  const seen = new Set<string>()
  const entries = readEntries(part, STREAMS_MAX, (entry) => {
    const members = readObject(entry)
    const streamId = readName(members('StreamId'), STREAM_ID_MAX_CHARS)
    if (seen.has(streamId)) throw new MessageError(part.path, 'names a stream twice')
    seen.add(streamId)
    return read(members, streamId)
  })
  if (entries.length === 0) throw new MessageError(part.path, 'is empty')
  return entries
}

/** Where an entry of a long list is. */
export interface Place {
  path: string
  index: number
}

/**
 * Reads a long list entry by entry; absent is empty. Nothing is made for an entry but its result:
 * there may be 131,072 of them.
 *
 * @throws MessageError `MESSAGE_TOO_LARGE` when it has more than `max` entries, and what `read` throws
 */
export function readList<T>(
  part: Part,
  read: (entry: unknown, place: Place) => T,
  max = CHUNKS_PER_STREAM_MAX,
): T[] {
  const { value, path } = part
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) throw unexpected(part, 'a list')
  if (value.length > max) {
    throw new MessageError(path, `has more than ${max} entries`, 'MESSAGE_TOO_LARGE')
  }
  const place = { path, index: 0 }
  return value.map((entry, index) => {
    place.index = index
    return read(entry, place)
  })
}

/** @throws MessageError */
export function readChunkId(value: unknown, place: Place, member = ''): ChunkId {
  if (typeof value === 'string' && isChunkId(value)) return value
  throw problemAt(place, member, 'is not 16 bytes of Base64')
}

/** @throws MessageError */
export function readChunk(entry: unknown, place: Place): Chunk {
  const { ChunkId, Length } = membersOf(entry, place)
  return {
    id: readChunkId(ChunkId, place, '.ChunkId'),
    length: readInteger(Length, 0, place, '.Length'),
  }
}

/** @throws MessageError when it is no safe integer or less than `min` */
export function readInteger(value: unknown, min: number, place: Place, member: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number
  throw problemAt(place, member, `is not a whole number from ${min} to 2^53 - 1`)
}

/** @throws MessageError when it is no object */
export function membersOf(entry: unknown, place: Place): Record<string, unknown> {
  if (typeof entry === 'object' && entry !== null) return entry as Record<string, unknown>
  throw problemAt(place, '', 'is not an object')
}

function unexpected({ value, path }: Part, what: string): MessageError {
  return new MessageError(path, value === undefined ? 'is missing' : `is not ${what}`)
}

function problemAt({ path, index }: Place, member: string, problem: string): MessageError {
  return new MessageError(`${path}[${index}]${member}`, problem)
}
