import * as z from 'zod/mini'
import type { Chunk, ChunkId } from './chunking/chunk.ts'
import { isChunkId } from './chunking/chunk-id.ts'
import { MessageError } from './message-error.ts'
import {
  ALTERNATE_STREAMS_MAX,
  CHUNKS_PER_STREAM_MAX,
  CONTENT_PROPERTIES_MAX,
  PROPERTY_NAME_MAX_CHARS,
  PROPERTY_VALUE_MAX_BYTES,
  STREAM_ID_MAX_CHARS,
} from './names.ts'

/*
 * The shapes of the messages. Every list that a schema walks has a maximum, which zod looks at
 * first, so that a hostile one does not get an issue for each of its entries. Lists of chunks are
 * walked by hand (`readList`): 131,072 of them take a schema five times as long.
 */

const STREAMS_MAX = ALTERNATE_STREAMS_MAX + 1
/** Far more than any file has. */
const COAUTH_TABLE_MAX = 10_000

const list = z.custom<readonly unknown[]>(Array.isArray, expected('a list'))
const wellFormed = z.refine<string>((text) => text.isWellFormed(), 'has an unpaired surrogate')
const streamId = z
  .string(expected('a string'))
  .check(
    z.minLength(1, 'is empty'),
    z.maxLength(STREAM_ID_MAX_CHARS, `has more than ${STREAM_ID_MAX_CHARS} characters`),
    wellFormed,
  )
const scheme = z.enum(['Zip', 'FullFile'], expected('Zip or FullFile'))
const retention = z.enum(
  ['DeleteOnContentChange', 'KeepOnContentChange'],
  expected('DeleteOnContentChange or KeepOnContentChange'),
)

const contentProperty = shape({
  Name: z
    .string(expected('a string'))
    .check(
      z.minLength(1, 'is empty'),
      z.maxLength(PROPERTY_NAME_MAX_CHARS, `has more than ${PROPERTY_NAME_MAX_CHARS} characters`),
      wellFormed,
    ),
  Value: z.string(expected('a string')).check(
    z.refine(
      (text) => utf8Length(text) <= PROPERTY_VALUE_MAX_BYTES,
      `is longer than ${PROPERTY_VALUE_MAX_BYTES} bytes`,
    ),
    wellFormed,
  ),
  Retention: z.nullish(retention),
  // One page ("file-content-data-model") calls it so.
  ContentPropertyRetention: z.nullish(retention),
})
const properties = z.nullish(shortList(contentProperty, CONTENT_PROPERTIES_MAX))

const signatures = perStream(
  shape({ StreamId: streamId, ChunkingScheme: scheme, ChunkSignatures: z.nullish(list) }),
)

export const GetChunkedFileRequestShape = shape({
  ContentPropertiesToReturn: z.nullish(
    shortList(z.string(expected('a string')), CONTENT_PROPERTIES_MAX),
  ),
  ContentFilters: perStream(
    shape({
      StreamId: streamId,
      ChunkingScheme: z.nullish(scheme),
      ChunksToReturn: z.nullish(
        z.enum(['All', 'None', 'LastZipChunk'], expected('All, None or LastZipChunk')),
      ),
      AlreadyKnownChunks: z.nullish(list),
    }),
  ),
})

export const GetChunkedFileResponseShape = shape({
  ContentProperties: properties,
  Signatures: signatures,
})

export const GetChunksRequestShape = shape({
  ContentFilters: perStream(
    shape({
      StreamId: streamId,
      ChunkingScheme: z.nullish(scheme),
      ChunkRangesToReturn: z.nullish(list),
    }),
  ),
})

export const GetChunksResponseShape = shape({
  ChunkRangeCollection: perStream(shape({ StreamId: streamId, ChunkIds: z.nullish(list) })),
})

export const PutChunkedFileRequestShape = shape({
  ContentProperties: properties,
  Signatures: signatures,
  UploadSessionTokenToCommit: z.nullish(z.string(expected('a string'))),
})

export const CreateUploadSessionResponseShape = shape({
  UploadSessionToken: z.string(expected('a string')).check(z.minLength(1, 'is empty')),
  UploadSessionExpiry: z.nullish(z.number(expected('a number'))),
})

export const CoauthTableShape = shape({
  CoauthTable: shortList(
    shape({
      CoauthLockId: z.string(expected('a string')).check(z.minLength(1, 'is empty')),
      CoauthLockMetadata: z.nullish(z.string(expected('a string'))),
      CoauthLockType: z.enum(['Coauth', 'CoauthExclusive'], expected('Coauth or CoauthExclusive')),
      UserFriendlyName: z.string(expected('a string')),
      CoauthLockTime: z.number(expected('a number')),
    }),
    COAUTH_TABLE_MAX,
  ),
})

export const CoauthLockMetadataShape = shape({
  CoauthLockMetadata: z.nullish(z.string(expected('a string'))),
})

export type ContentPropertyShape = z.infer<typeof contentProperty>

/**
 * Checks a parsed message against its shape; members that the shape does not name are dropped.
 *
 * @throws MessageError with the first thing that is wrong
 */
export function checkShape<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = z.safeParse(schema, value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new MessageError(formatPath(issue?.path ?? []), issue?.message ?? 'is not valid')
}

/** A member of an entry of a list, for the words of an error. */
export interface Place {
  path: string
  index: number
}

/**
 * Reads a long list entry by entry; absent is empty.
 *
 * @throws MessageError `MESSAGE_TOO_LARGE` when it has more than `max` entries, and what `read` throws
 */
export function readList<T>(
  entries: readonly unknown[] | null | undefined,
  path: string,
  read: (entry: unknown, place: Place) => T,
  max = CHUNKS_PER_STREAM_MAX,
): T[] {
  if (entries === null || entries === undefined) return []
  if (entries.length > max) {
    throw new MessageError(path, `has more than ${max} entries`, 'MESSAGE_TOO_LARGE')
  }
  const place = { path, index: 0 }
  return entries.map((entry, index) => {
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
  const { ChunkId, Length } = members(entry, place)
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
export function members(entry: unknown, place: Place): Record<string, unknown> {
  if (typeof entry === 'object' && entry !== null) return entry as Record<string, unknown>
  throw problemAt(place, '', 'is not an object')
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length
}

function shape<T extends z.core.$ZodShape>(fields: T) {
  return z.object(fields, expected('an object'))
}

function shortList<T extends z.ZodMiniType>(entry: T, max: number) {
  return z.array(entry, expected('a list')).check(z.maxLength(max, `has more than ${max} entries`))
}

/** At least one entry, and no two for the same stream. */
function perStream<T extends z.ZodMiniType<{ StreamId: string }>>(entry: T) {
  return z.array(entry, expected('a list')).check(
    z.minLength(1, 'is empty'),
    z.maxLength(STREAMS_MAX, `has more than ${STREAMS_MAX} entries`),
    z.refine(
      (entries) => new Set(entries.map((each) => each.StreamId)).size === entries.length,
      'names a stream twice',
    ),
  )
}

function expected(what: string) {
  return {
    error: ({ input }: { input?: unknown }) =>
      input === undefined ? 'is missing' : `is not ${what}`,
  }
}

function problemAt({ path, index }: Place, member: string, problem: string): MessageError {
  return new MessageError(`${path}[${index}]${member}`, problem)
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}
