import type { ChunkId, ChunkingScheme } from './chunking/chunk.ts'
import { MessageError } from './message-error.ts'
import {
  type Members,
  membersOf,
  optional,
  type Part,
  type Place,
  readChoice,
  readChunk,
  readChunkId,
  readEntries,
  readInteger,
  readList,
  readName,
  readObject,
  readPerStream,
  readShortText,
  readWellFormed,
} from './message-parts.ts'
import {
  CONTENT_PROPERTIES_MAX,
  PROPERTY_NAME_MAX_CHARS,
  PROPERTY_VALUE_MAX_BYTES,
} from './names.ts'
import { type StreamSignature, streamSize } from './signature.ts'

const SCHEMES = ['Zip', 'FullFile'] as const
const RETENTIONS = ['DeleteOnContentChange', 'KeepOnContentChange'] as const

/** Side-car data of a file: page "file-content-data-model". */
export interface ContentProperty {
  name: string
  value: string
  /** What happens to it when the file changes by anything but PutChunkedFile. */
  retention: 'DeleteOnContentChange' | 'KeepOnContentChange'
}

/** A part of a chunk; a `length` of −1 reaches to the chunk's end. Both in bytes. */
export interface RequestedRange {
  chunkId: ChunkId
  offset: number
  length: number
}

/** The scheme that a filter expects, if it names one. */
export function readScheme(filter: Members): { chunkingScheme?: ChunkingScheme } {
  const scheme = optional(filter('ChunkingScheme'), (part) => readChoice(part, SCHEMES))
  return scheme ? { chunkingScheme: scheme } : {}
}

/** Properties, of which the last one of a name counts. */
export function readProperties(part: Part): ContentProperty[] {
  const properties = optional(part, (present) =>
    readEntries(present, CONTENT_PROPERTIES_MAX, readProperty),
  )
  return [...new Map(properties?.map((property) => [property.name, property])).values()]
}

function readProperty(entry: Part): ContentProperty {
  const property = readObject(entry)
  const name = readName(property('Name'), PROPERTY_NAME_MAX_CHARS)
  readShortText(property('Value'), PROPERTY_VALUE_MAX_BYTES)
  const value = readWellFormed(property('Value'))
  const readRetention = (part: Part) => readChoice(part, RETENTIONS)
  const retention = optional(property('Retention'), readRetention)
  // One page ("file-content-data-model") calls it so.
  const alias = optional(property('ContentPropertyRetention'), readRetention)
  return { name, value, retention: retention ?? alias ?? 'DeleteOnContentChange' }
}

/** A property as JSON has it. */
export function propertyMessage({ name, value, retention }: ContentProperty) {
  return { Retention: retention, Name: name, Value: value }
}

/** Signatures, at most one for a stream. */
export function readSignatures(part: Part, maxChunks?: number): StreamSignature[] {
  return readPerStream(part, (signature, streamId) => {
    const scheme = readChoice(signature('ChunkingScheme'), SCHEMES)
    const list = signature('ChunkSignatures')
    const chunks = readList(list, readChunk, maxChunks)
    if (!Number.isSafeInteger(streamSize(chunks))) {
      throw new MessageError(list.path, 'adds up to more than 2^53 - 1 bytes')
    }
    return { streamId, scheme, chunks }
  })
}

/** A signature as JSON has it. */
export function signatureMessage({ streamId, scheme, chunks }: StreamSignature) {
  return {
    StreamId: streamId,
    ChunkingScheme: scheme,
    ChunkSignatures: chunks.map(({ id, length }) => ({ ChunkId: id, Length: length })),
  }
}

/** An entry of ChunkRangesToReturn. */
export function readRange(entry: unknown, place: Place): RequestedRange {
  const { ChunkId, Offset, Length } = membersOf(entry, place)
  return {
    chunkId: readChunkId(ChunkId, place, '.ChunkId'),
    offset: readInteger(Offset, 0, place, '.Offset'),
    length: readInteger(Length, -1, place, '.Length'),
  }
}
