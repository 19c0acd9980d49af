import { createStreamChunker } from '../protocol/chunking/stream-chunker.ts'
import { WopiError } from '../protocol/errors.ts'
import { type CutContent, cutByDirectory, cutContent } from './cut-stream.ts'
import { appendExtent, type Extent } from './extents.ts'
import { SECOND_PASS_MAX_BYTES } from './limits.ts'
import { createOpener } from './opener.ts'
import { writePack } from './pack-writer.ts'
import type { ContentServices } from './services.ts'

/**
 * Stores a stream that comes whole, in one pass: the bytes go into one pack while they are cut and
 * hashed. A zip whose local headers do not tell its sizes is read a second time, up to
 * `SECOND_PASS_MAX_BYTES`; a larger one is left to housekeeping.
 *
 * @param maxBytes more than that is TOO_LARGE, noticed before the rest is pulled
 * @throws WopiError TOO_LARGE, STORAGE_FULL, and whatever `body` throws; nothing names the bytes then
 */
export async function storeWholeContent(
  services: Pick<ContentServices, 'blobs' | 'newId'>,
  documentKey: string,
  body: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal },
): Promise<CutContent> {
  const chunker = createStreamChunker()
  async function* checked(first: Uint8Array, rest: AsyncIterator<Uint8Array>) {
    let received = 0
    for (let bytes: Uint8Array | undefined = first; bytes; ) {
      received += bytes.length
      if (received > maxBytes) throw tooLarge(maxBytes)
      chunker.push(bytes)
      yield bytes
      const next: IteratorResult<Uint8Array> = await rest.next()
      bytes = next.done ? undefined : next.value
    }
  }

  const source = body[Symbol.asyncIterator]()
  const first = await firstBytes(source)
  const extents: Extent[] = []
  if (first) {
    const stored = await writePack(services, documentKey, checked(first, source), signal)
    appendExtent(extents, { pack: stored.pack, offset: 0, length: stored.length })
  }
  const chunked = chunker.finish()
  if (!chunked.needsDirectory) return cutContent(chunked, extents, false)
  if (chunked.size > SECOND_PASS_MAX_BYTES) return cutContent(chunked, extents, true)
  return cutByDirectory(createOpener(services.blobs), extents, chunked.size, signal)
}

/** 413 that says what the host allows. */
export function tooLarge(maxBytes: number): WopiError {
  return new WopiError('TOO_LARGE', {
    detail: `The content is larger than the ${maxBytes} bytes that this host allows`,
  })
}

/** The first bytes of a body that has any; an empty one needs no pack. */
async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const next = await source.next()
    if (next.done) return undefined
    if (next.value.length > 0) return next.value
  }
}
