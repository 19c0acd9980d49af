/** The stored format of an upload session, with a version before each part. */

import type { FragmentRecord, SessionRecord, SessionStore } from '../../ports/metadata/sessions.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import {
  CHECKPOINT_BYTES,
  type ChunkReader,
  createChunkReader,
} from '../../protocol/frames/chunk-reader.ts'
import type { Steps } from '../../protocol/steps.ts'
import { createByteReader, createByteWriter, StoredFormatError } from '../bytes/codec.ts'
import { joinBytes } from '../bytes/join.ts'
import type { Share } from '../bytes/share.ts'
import type { ChunkSource } from '../state/chunk-table.ts'
import { ExtentList } from '../state/extents.ts'
import { readPlacedChunks, writePlacedChunk } from '../state/manifest-format.ts'

const CHUNK_LIST_VERSION = 1
const CHECKPOINT_VERSION = 2

/** The bytes of a session and its complete chunks. */
export async function sessionSource(
  metadata: SessionStore,
  tokenHash: string,
  share: Share,
): Promise<ChunkSource> {
  const chunks = new PackedChunks()
  const extents = new ExtentList()
  const fragments = await metadata.listFragments(tokenHash)
  // The fragments go when they are read, the lists stay.
  await share.grow(fragments.reduce((sum, fragment) => sum + 3 * fragment.chunks.length, 0))
  await share.work(readFragments(fragments, { chunks, extents }))
  return { chunks, extents }
}

function* readFragments(
  fragments: readonly FragmentRecord[],
  { chunks, extents }: ChunkSource,
): Steps<void> {
  for (const fragment of fragments) {
    yield
    extents.push({ source: fragment.pack, offset: 0, length: fragment.length })
    yield* readChunkList(fragment, chunks)
  }
}

/** Reads the chunks that a fragment completed, to the end of `into`. */
export function* readChunkList(fragment: FragmentRecord, into: PackedChunks): Steps<void> {
  const input = createByteReader(fragment.chunks)
  const version = input.byte()
  if (version !== CHUNK_LIST_VERSION)
    throw new StoredFormatError(
      `The chunk list of a fragment has format ${version}, which this release does not know`,
    )
  yield* readPlacedChunks(input, into)
  input.finish()
}

/** Restores the frame reader at the end of the last fragment. */
export function readerOf({ checkpoint }: SessionRecord): ChunkReader {
  const state = checkpoint && decodeCheckpoint(checkpoint).reader
  return createChunkReader({ endFrame: 'forbidden', ...(state && { checkpoint: state }) })
}

/** The number of complete chunks in a session. */
export function completedChunks({ checkpoint }: SessionRecord): number {
  return checkpoint ? decodeCheckpoint(checkpoint).chunks : 0
}

/**
 * Encodes the checkpoint of a session: its number of complete chunks and the state of its reader.
 */
export function encodeCheckpoint(chunks: number, reader: Uint8Array): Uint8Array {
  const out = createByteWriter()
  out.byte(CHECKPOINT_VERSION)
  out.integer(chunks)
  out.raw(reader)
  return out.finish()
}

function decodeCheckpoint(checkpoint: Uint8Array): { chunks: number; reader: Uint8Array } {
  const input = createByteReader(checkpoint)
  const version = input.byte()
  if (version !== CHECKPOINT_VERSION)
    throw new StoredFormatError(
      `The checkpoint of a session has format ${version}, which this release does not know`,
    )
  const chunks = input.integer()
  const reader = input.raw(CHECKPOINT_BYTES)
  input.finish()
  return { chunks, reader }
}

/**
 * Collects the chunks that a fragment completes, encoded as they are stored: about 20 bytes each.
 */
export interface ChunkListWriter {
  readonly count: number
  /** Memory in use, in bytes. */
  readonly heldBytes: number
  add(chunk: PlacedChunk): void
  finish(): Uint8Array
}

/** Creates an empty list. */
export function createChunkListWriter(): ChunkListWriter {
  const list = createByteWriter()
  let count = 0
  return {
    get count() {
      return count
    },
    get heldBytes() {
      return list.heldBytes
    },
    add(chunk) {
      count++
      writePlacedChunk(list, chunk)
    },
    finish() {
      const start = createByteWriter()
      start.byte(CHUNK_LIST_VERSION)
      start.integer(count)
      return joinBytes([start.finish(), list.finish()])
    },
  }
}
