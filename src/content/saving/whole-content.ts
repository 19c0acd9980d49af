import { createPackedChunker } from '../../protocol/chunking/stream-chunker.ts'
import { tooLarge } from '../../protocol/errors.ts'
import { createPuller, type Puller } from '../bytes/puller.ts'
import { type Share, UNCOUNTED } from '../bytes/share.ts'
import { unlessAborted } from '../bytes/single-flight.ts'
import { SECOND_PASS_MAX_BYTES } from '../limits.ts'
import { createOpener } from '../packs/opener.ts'
import { type PackServices, writePack } from '../packs/pack-writer.ts'
import { type ChunkedContent, chunkedContent } from '../state/chunked-content.ts'
import { ExtentList } from '../state/extents.ts'
import { chunkByDirectory } from './chunk-stream.ts'
import { pushPieces } from './push-pieces.ts'

/**
 * Stores a complete stream in one pass: writes its bytes to one pack while it chunks and hashes
 * them. A zip whose local headers lack sizes is read a second time, up to `SECOND_PASS_MAX_BYTES`;
 * housekeeping chunks a larger one later.
 *
 * @param maxBytes a longer body is TOO_LARGE; the rest is not pulled
 * @throws WopiError TOO_LARGE, STORAGE_FULL, and whatever `body` throws; nothing names the stored
 *   bytes then. The body is closed, without waiting for it
 */
export async function storeWholeContent(
  services: PackServices,
  documentKey: string,
  body: AsyncIterable<Uint8Array>,
  {
    maxBytes,
    signal,
    share = UNCOUNTED,
  }: { maxBytes: number; signal?: AbortSignal; share?: Share },
): Promise<ChunkedContent> {
  const chunker = createPackedChunker()
  const extents = new ExtentList()
  const source = createPuller(share.receive(body))
  try {
    const first = await (signal ? unlessAborted(firstBytes(source), signal) : firstBytes(source))
    if (first) {
      const passed = passOn(first, source, maxBytes, async (bytes) => {
        const held = chunker.heldBytes
        await share.work(pushPieces(bytes, chunker.push))
        await share.grow(chunker.heldBytes - held)
      })
      const stored = await writePack(services, documentKey, passed, signal)
      extents.push({ source: stored.pack, offset: 0, length: stored.length })
    }
  } finally {
    source.close()
  }
  const chunked = chunker.finish()
  if (!chunked.needsDirectory) return chunkedContent(chunked, extents, false)
  if (chunked.size > SECOND_PASS_MAX_BYTES) return chunkedContent(chunked, extents, true)
  return chunkByDirectory(createOpener(services.blobs), extents, chunked.size, { signal, share })
}

/** The first bytes of a body; `undefined` for an empty body, which needs no pack. */
async function firstBytes(source: Puller): Promise<Uint8Array | undefined> {
  for (;;) {
    const next = await source.next()
    if (next.done) return undefined
    if (next.value.length > 0) return next.value
  }
}

/** Passes the whole body on, and calls `see` with each piece first. */
async function* passOn(
  first: Uint8Array,
  rest: Puller,
  maxBytes: number,
  see: (bytes: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let received = 0
  for (let bytes: Uint8Array | undefined = first; bytes; ) {
    received += bytes.length
    if (received > maxBytes) throw tooLarge(maxBytes)
    await see(bytes)
    yield bytes
    const next: IteratorResult<Uint8Array> = await rest.next()
    bytes = next.done ? undefined : next.value
  }
}
