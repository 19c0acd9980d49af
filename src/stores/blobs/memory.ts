import {
  BlobExistsError,
  BlobNotFoundError,
  type BlobStore,
  type OpenedBytes,
} from '../../ports/blob-store.ts'
import { checkBlobKey, checkBlobPrefix, checkRange } from './blob-key.ts'
import { createPuller } from './puller.ts'

/** Largest piece that reading yields, in bytes. */
const PIECE_BYTES = 64 * 1024

/**
 * A BlobStore in the memory of this process, for tests.
 *
 * @example
 * ```ts
 * import { createHost } from 'wopikit'
 * import { createMemoryBlobStore, createMemoryMetadataStore } from 'wopikit/testing'
 *
 * const host = createHost({
 *   publicUrl: 'http://localhost',
 *   metadata: createMemoryMetadataStore(),
 *   blobs: createMemoryBlobStore(),
 *   access: { authenticate: async () => undefined },
 * })
 * async function* content() {
 *   yield new TextEncoder().encode('Hello')
 * }
 * const fileId = await host.documents.create({ name: 'a.txt', ownerId: 'alice', content: content() })
 *
 * assert.equal((await host.documents.open(fileId)).size, 5)
 * ```
 */
export function createMemoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>()
  const checkFree = (key: string) => {
    if (blobs.has(key)) throw new BlobExistsError(key)
  }

  return {
    async put(key, content, { signal } = {}) {
      checkBlobKey(key)
      signal?.throwIfAborted()
      checkFree(key)
      const bytes = await gather(content, signal)
      checkFree(key)
      blobs.set(key, bytes)
      return { length: bytes.length }
    },

    async open(key, { range, signal } = {}) {
      checkBlobKey(key)
      signal?.throwIfAborted()
      const bytes = blobs.get(key)
      if (bytes === undefined) throw new BlobNotFoundError(key)
      const { start, end } = range ?? { start: 0, end: bytes.length }
      checkRange(start, end, bytes.length)
      return openedBytes(bytes.subarray(start, end), signal)
    },

    async delete(key) {
      checkBlobKey(key)
      blobs.delete(key)
    },

    async *list(prefix, { signal } = {}) {
      checkBlobPrefix(prefix)
      for (const [key, { length }] of blobs) {
        signal?.throwIfAborted()
        if (key.startsWith(prefix)) yield { key, length }
      }
    },
  }
}

async function gather(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const puller = createPuller(content, signal)
  const pieces: Uint8Array[] = []
  try {
    for (let step = await puller.next(); !step.done; step = await puller.next())
      pieces.push(new Uint8Array(step.value))
  } finally {
    puller.close()
  }
  return new Uint8Array(Buffer.concat(pieces))
}

function openedBytes(bytes: Uint8Array, signal: AbortSignal | undefined): OpenedBytes {
  let disposed = false
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      signal?.throwIfAborted()
      if (disposed) throw new Error('The blob was closed before its end was read')
      yield bytes.slice(at, at + PIECE_BYTES)
    }
  })()
  return {
    [Symbol.asyncIterator]: () => pieces,
    async [Symbol.asyncDispose]() {
      disposed = true
    },
  }
}
