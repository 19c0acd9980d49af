import type { ChunkId, ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import { createStreamChunker } from '../../protocol/chunking/stream-chunker.ts'
import { placeChunks } from '../../protocol/signature.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import { readZipDirectory } from '../../protocol/zip/central-directory.ts'
import type { Resource, Suite } from '../cases/case.ts'
import type { Content } from '../cases/values.ts'
import { CaseError } from './case-error.ts'

/** A chunk of a document with its bytes. */
export interface ContentChunk {
  id: ChunkId
  bytes: Uint8Array
}

/** The bytes of a document. @throws CaseError when it is a resource whose file is missing */
export function bytesOf(content: Content, resources: Suite['resources']): Uint8Array {
  if ('text' in content) return new TextEncoder().encode(content.text)
  return 'bytes' in content ? content.bytes : resourceOf(content.resource, resources).bytes
}

/**
 * The chunks of a document by a scheme. Like Microsoft's client it cuts nothing into no chunks at
 * all, whatever the scheme.
 *
 * @throws CaseError when it is a resource whose file is missing
 */
export async function chunksOf(
  content: Content,
  scheme: ChunkingScheme,
  resources: Suite['resources'],
): Promise<ContentChunk[]> {
  const bytes = bytesOf(content, resources)
  if (bytes.length === 0) return []
  if (scheme === 'FullFile') return [{ id: chunkIdOf(bytes), bytes }]
  const { chunkOffsets } =
    'resource' in content ? resourceOf(content.resource, resources) : { chunkOffsets: undefined }
  return chunkOffsets ? cutAt(bytes, chunkOffsets) : cutAsZip(bytes)
}

function resourceOf(id: string, resources: Suite['resources']): Resource & { bytes: Uint8Array } {
  const resource = resources.get(id)
  if (!resource) throw new CaseError(`The suite has no resource ${id}`)
  const { bytes } = resource
  if (!bytes) throw new CaseError(`The file of the resource ${id}, ${resource.path}, is missing`)
  return { ...resource, bytes }
}

function cutAt(bytes: Uint8Array, offsets: readonly number[]): ContentChunk[] {
  return offsets.map((offset, index) => {
    const chunk = bytes.subarray(offset, offsets[index + 1])
    return { id: chunkIdOf(chunk), bytes: chunk }
  })
}

async function cutAsZip(bytes: Uint8Array): Promise<ContentChunk[]> {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length)
  const found = await readZipDirectory(read, bytes.length)
  const chunker = createStreamChunker(found.ok ? { directory: found.directory } : {})
  chunker.push(bytes)
  return placeChunks(chunker.finish().chunks).map(({ id, offset, length }) => ({
    id,
    bytes: bytes.subarray(offset, offset + length),
  }))
}

/** Position of the first byte that differs; `undefined` when both are the same. */
export function firstDifference(left: Uint8Array, right: Uint8Array): number | undefined {
  const index = left.findIndex((byte, at) => byte !== right[at])
  if (index !== -1) return index
  return left.length === right.length ? undefined : left.length
}
