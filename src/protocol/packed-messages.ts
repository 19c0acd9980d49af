/*
 * Reads the messages that clients send to hosts in steps, into packed lists: what `messages.ts` and
 * `upload-messages.ts` read in one piece, into arrays.
 */
import type { ChunkingScheme } from './chunking/chunk.ts'
import { PackedChunks } from './chunking/packed-chunks.ts'
import { type ContentProperty, readProperties, readRange } from './message-content.ts'
import { MessageError } from './message-error.ts'
import {
  type Members,
  optional,
  type Part,
  type Place,
  readChoice,
  readChunk,
  readChunkId,
  readEntries,
  readObject,
  readPerStream,
  readText,
} from './message-parts.ts'
import type { ChunksToReturn } from './messages.ts'
import { CHUNKS_PER_STREAM_MAX, CONTENT_PROPERTIES_MAX } from './names.ts'
import { splitJson } from './split-json.ts'
import type { Steps } from './steps.ts'

const SCHEMES = ['Zip', 'FullFile'] as const
const CHUNKS_TO_RETURN = ['All', 'None', 'LastZipChunk'] as const

/** A GetChunkedFileRequest. */
export interface PackedQuestion {
  contentPropertiesToReturn: string[]
  contentFilters: {
    streamId: string
    chunksToReturn: ChunksToReturn
    /** Chunks that the client has; their lengths mean nothing. */
    known: PackedChunks
  }[]
}

/** A GetChunksRequest; a length of -1 reaches to the end of its chunk. */
export interface PackedRanges {
  contentFilters: { streamId: string; ranges: PackedChunks }[]
}

/** A PutChunkedFileRequest. */
export interface PackedPut {
  contentProperties: ContentProperty[]
  signatures: { streamId: string; scheme: ChunkingScheme; chunks: PackedChunks }[]
  uploadSessionTokenToCommit?: string
}

/** As `parseGetChunkedFileRequest`. */
export function readQuestion(bytes: Uint8Array): Steps<PackedQuestion> {
  return readWhole(bytes, function* (message) {
    const contentPropertiesToReturn =
      optional(message('ContentPropertiesToReturn'), (part) =>
        readEntries(part, CONTENT_PROPERTIES_MAX, readText),
      ) ?? []
    const filters = readPerStream(message('ContentFilters'), (filter, streamId) => {
      checkScheme(filter)
      const read = (part: Part) => readChoice(part, CHUNKS_TO_RETURN)
      const chunksToReturn = optional(filter('ChunksToReturn'), read) ?? 'All'
      return { streamId, chunksToReturn, list: filter('AlreadyKnownChunks') }
    })
    const contentFilters = []
    for (const { list, ...filter } of filters)
      contentFilters.push({ ...filter, known: yield* readPacked(list, knownId) })
    return { contentPropertiesToReturn, contentFilters }
  })
}

/** As `parseGetChunksRequest`. */
export function readRanges(bytes: Uint8Array): Steps<PackedRanges> {
  return readWhole(bytes, function* (message) {
    const filters = readPerStream(message('ContentFilters'), (filter, streamId) => {
      checkScheme(filter)
      return { streamId, list: filter('ChunkRangesToReturn') }
    })
    const contentFilters = []
    for (const { streamId, list } of filters)
      contentFilters.push({ streamId, ranges: yield* readPacked(list, range) })
    return { contentFilters }
  })
}

/** As `parsePutChunkedFileRequest`. */
export function readPut(bytes: Uint8Array): Steps<PackedPut> {
  return readWhole(bytes, function* (message) {
    const contentProperties = readProperties(message('ContentProperties'))
    const declared = readPerStream(message('Signatures'), (signature, streamId) => ({
      streamId,
      scheme: readChoice(signature('ChunkingScheme'), SCHEMES),
      list: signature('ChunkSignatures'),
    }))
    const signatures = []
    for (const { list, ...signature } of declared) {
      const chunks = yield* readPacked(list, readChunk)
      if (!Number.isSafeInteger(chunks.end))
        throw new MessageError(list.path, 'adds up to more than 2^53 - 1 bytes')
      signatures.push({ ...signature, chunks })
    }
    const token = optional(message('UploadSessionTokenToCommit'), readText)
    return { contentProperties, signatures, ...(token && { uploadSessionTokenToCommit: token }) }
  })
}

function* readWhole<T>(bytes: Uint8Array, read: (message: Members) => Steps<T>): Steps<T> {
  const json = yield* splitJson(bytes)
  const result = yield* read(readObject({ value: json.rest, path: '', json }))
  yield* json.checkUnread()
  return result
}

function checkScheme(filter: Members): void {
  optional(filter('ChunkingScheme'), (part) => readChoice(part, SCHEMES))
}

function knownId(entry: unknown, place: Place) {
  return { id: readChunkId(entry, place), length: 0 }
}

function range(entry: unknown, place: Place) {
  const { chunkId: id, offset, length } = readRange(entry, place)
  return { id, offset, length }
}

type PackedEntry = Parameters<PackedChunks['push']>[0]

/** As `readList`. */
function* readPacked(
  part: Part,
  read: (entry: unknown, place: Place) => PackedEntry,
): Steps<PackedChunks> {
  const packed = new PackedChunks()
  const { value, path, json } = part
  const long = json?.listOf(value)
  if (!long && (value === null || value === undefined)) return packed
  const count = long?.length ?? (Array.isArray(value) ? value.length : undefined)
  if (count === undefined) throw new MessageError(path, 'is not a list')
  if (count > CHUNKS_PER_STREAM_MAX) {
    const words = `has more than ${CHUNKS_PER_STREAM_MAX} entries`
    throw new MessageError(path, words, 'MESSAGE_TOO_LARGE')
  }
  const place = { path, index: 0 }
  for (const entries of long && json ? json.entriesOf(long) : [value as unknown[]]) {
    yield
    for (const entry of entries) {
      packed.push(read(entry, place))
      place.index++
    }
  }
  return packed
}
