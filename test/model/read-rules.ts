import type { Text } from './bytes.ts'
import { version } from './lock-rules.ts'
import { type GetChunkedFile, type GetChunks, type Reply, reply } from './messages.ts'
import { contentOf, MAIN, type Stream, type World } from './world.ts'

export function applyGetFile(world: World): Reply {
  return reply(200, version(world), contentOf(world.streams[MAIN]))
}

export function applyGetSequenceNumber(world: World): Reply {
  return reply(200, sequence(world))
}

export function applyCheckFileInfo(world: World): Reply {
  const { sequenceNumber, now } = world
  const Size = contentOf(world.streams[MAIN]).length
  const body = { Size, SequenceNumber: sequenceNumber, Version: String(sequenceNumber) }
  return reply(200, {}, { ...body, ServerTime: now })
}

/** GetChunkedFile: every signature in full, and of the chunks each that some filter lacks, once. */
export function applyGetChunkedFile(world: World, request: GetChunkedFile): Reply {
  const asked = request.filters.map((filter) => ({ ...filter, ...world.streams[filter.streamId] }))
  const wanted = asked.flatMap(({ known, chunksToReturn, scheme, chunks = [] }) => {
    const last = scheme === 'Zip' ? chunks.slice(-1) : []
    const chosen = { All: chunks, None: [], LastZipChunk: last }[chunksToReturn]
    return chosen.filter((chunk) => !known.includes(chunk))
  })
  const properties = request.properties.flatMap((name) => {
    const property = world.properties[name]
    return property ? [{ name, value: property.value, retention: property.retention }] : []
  })
  return reply(200, both(world), {
    properties: sortedByName(properties),
    signatures: asked.map(({ streamId, scheme = 'Zip', chunks = [] }) => ({
      streamId,
      scheme,
      chunks,
    })),
    frames: [...new Set(wanted)].sort(),
  })
}

/** GetChunks: the ranges that there are; of a chunk that is gone none. */
export function applyGetChunks(world: World, request: GetChunks): Reply {
  const found = request.filters.map(({ streamId, ranges }) => ({
    streamId,
    ranges: ranges.filter(({ chunk }) => hasChunk(world.streams[streamId], chunk)),
  }))
  const all = found.flatMap(({ ranges }) => ranges)
  if (all.some(({ chunk, offset }) => offset > chunk.length)) return reply(400)
  return reply(200, both(world), {
    collection: found.map(({ streamId, ranges }) => ({
      streamId,
      chunks: [...new Set(ranges.map(({ chunk }) => chunk))],
    })),
    frames: all.map(({ chunk, offset, length }) => {
      const end = length === -1 ? chunk.length : Math.min(chunk.length, offset + length)
      return { chunk, offset, bytes: chunk.slice(offset, end), endOfChunk: end === chunk.length }
    }),
  })
}

export function sortedByName<T extends { name: string }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** A chunk without bytes is in every stream. */
function hasChunk(stream: Stream | undefined, chunk: Text): boolean {
  return stream !== undefined && ['', ...stream.chunks, ...stream.alsoKnown].includes(chunk)
}

function sequence({ sequenceNumber }: World) {
  return { 'X-WOPI-SequenceNumber': String(sequenceNumber) }
}

function both(world: World) {
  return { ...sequence(world), ...version(world) }
}
