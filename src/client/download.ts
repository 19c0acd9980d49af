import type { GetChunkedFileResponse } from '../protocol/messages.ts'
import { MAIN_CONTENT } from '../protocol/names.ts'
import { chunkDocument } from './chunk-document.ts'
import { type ChunkEvent, createOpenChunk, type OpenChunk } from './chunk-events.ts'
import {
  createBase,
  createTarget,
  type DownloadBase,
  type DownloadSink,
  type DownloadTarget,
  missingRanges,
} from './download-target.ts'
import { badReply, WopiClientError } from './errors.ts'
import type { ChunkedReply, DocumentState } from './replies.ts'
import { type Backoff, createBackoff } from './retry.ts'
import { type ContentSource, readAhead } from './source.ts'
import type { ConnectionOptions } from './transport.ts'
import { createWopiClient, type WopiClient } from './wopi-client.ts'

/** How far a download is. */
export interface DownloadProgress {
  phase: 'reading' | 'receiving' | 'copying'
  /** Bytes of the base that are read, or of those missing in it that have come. */
  done: number
  total: number
}

export interface DownloadOptions extends ConnectionOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Another state of the document; only what differs from it is received. */
  base?: ContentSource | undefined
}

export interface DownloadResult extends DocumentState {
  /** Bytes of chunks that came from the host, and the document's size. */
  bytesReceived: number
  bytesTotal: number
  /** Chunks that came from the host, and how many the document has. */
  chunksReceived: number
  chunksTotal: number
}

/** How often the document may change under a download before it gives up. */
const RESTARTS_MAX = 5

/** One download at work. */
interface Download {
  readonly client: WopiClient
  readonly options: DownloadOptions
  readonly sink: DownloadSink
  readonly base: DownloadBase | undefined
  readonly backoff: Backoff
  bytesReceived: number
  chunksReceived: number
}

/** One state of the document on its way. */
interface Transfer {
  readonly target: DownloadTarget
  readonly open: OpenChunk
  readonly total: number
  received: number
}

/**
 * Brings the document to `sink`, asking the host only for chunks that `base` lacks. Every chunk is
 * hashed, those of the base too. A broken connection goes on in the middle of the chunk (page
 * "get-chunks") as long as the document is the same, else everything begins anew.
 *
 * An abort or failure leaves in the sink what has come so far, which is no whole document.
 *
 * @throws WopiClientError; whatever the sink and the base throw; the signal's reason when it aborts
 *
 * @example
 * ```ts
 * import { downloadDocument } from 'wopikit/client'
 *
 * let document = new Uint8Array(0)
 * const sink = {
 *   start(size: number) {
 *     document = new Uint8Array(size)
 *   },
 *   write(position: number, bytes: Uint8Array) {
 *     document.set(bytes, position)
 *   },
 * }
 * const result = await downloadDocument(sink, { wopiSrc, accessToken })
 *
 * assert.equal(document.length, result.bytesTotal)
 * ```
 */
export async function downloadDocument(
  sink: DownloadSink,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const client = createWopiClient(options)
  const download: Download = {
    client,
    options,
    sink,
    base: options.base && (await readBase(options.base, options)),
    backoff: createBackoff(client.timers, options.signal),
    bytesReceived: 0,
    chunksReceived: 0,
  }
  for (let restarts = 0; restarts <= RESTARTS_MAX; restarts++) {
    const result = await receiveState(download)
    if (result) return result
  }
  throw new WopiClientError('SEQUENCE_MISMATCH', 'the document changes faster than it arrives', {
    operation: 'GetChunks',
  })
}

async function readBase(
  base: ContentSource,
  { signal, onProgress }: DownloadOptions,
): Promise<DownloadBase> {
  const document = await chunkDocument(base, {
    signal,
    onRead: (done) => onProgress?.({ phase: 'reading', done, total: base.size }),
  })
  return createBase(document, readAhead(base))
}

/** Resolves to `undefined` when the document changed before all of it was there. */
async function receiveState(download: Download): Promise<DownloadResult | undefined> {
  const { client, options, base } = download
  const open = createOpenChunk()
  const alreadyKnownChunks = [...(base?.spans.keys() ?? [])]
  const filter = { streamId: MAIN_CONTENT, chunksToReturn: 'All' as const, alreadyKnownChunks }
  const reply = await client.getChunkedFile(
    { contentPropertiesToReturn: [], contentFilters: [filter] },
    { signal: options.signal, open },
  )
  try {
    return await receiveRest(download, reply, open)
  } finally {
    await reply.close()
  }
}

async function receiveRest(
  download: Download,
  reply: ChunkedReply<GetChunkedFileResponse>,
  open: OpenChunk,
): Promise<DownloadResult | undefined> {
  const { options, sink, base } = download
  const { sequenceNumber, itemVersion } = reply
  const signature = reply.message.signatures.find(({ streamId }) => streamId === MAIN_CONTENT)
  const target = createTarget(signature, base, sink)
  const transfer: Transfer = { target, open, total: target.missingBytes, received: 0 }
  await sink.start?.(target.size)
  await receiveChunks(download, transfer, reply.chunks)
  while (target.missing.size > 0) {
    if (!(await receiveMissing(download, transfer, sequenceNumber))) return undefined
  }
  options.onProgress?.({ phase: 'copying', done: 0, total: target.size })
  await target.copyFromBase(options.signal)
  return {
    sequenceNumber,
    itemVersion,
    bytesReceived: download.bytesReceived,
    bytesTotal: target.size,
    chunksReceived: download.chunksReceived,
    chunksTotal: signature?.chunks.length ?? 0,
  }
}

/** Asks for what is missing; resolves to `false` when the host has another state by now. */
async function receiveMissing(
  download: Download,
  transfer: Transfer,
  sequenceNumber: number,
): Promise<boolean> {
  const { target, open } = transfer
  const ranges = missingRanges(target, open)
  const reply = await download.client.getChunks(
    { contentFilters: [{ streamId: MAIN_CONTENT, chunkRangesToReturn: ranges }] },
    { signal: download.options.signal, open },
  )
  if (reply.sequenceNumber !== sequenceNumber) {
    await reply.close()
    return false
  }
  const before = download.bytesReceived
  const whole = await receiveChunks(download, transfer, reply.chunks)
  if (whole && download.bytesReceived === before) {
    throw badReply('GetChunks', `the host has not sent ${target.missing.size} chunks of this state`)
  }
  return true
}

/** Resolves to `false` when the connection broke and it is time to go on. */
async function receiveChunks(
  download: Download,
  transfer: Transfer,
  chunks: AsyncIterable<ChunkEvent>,
): Promise<boolean> {
  try {
    for await (const event of chunks) await receive(download, transfer, event)
    return true
  } catch (error) {
    if (!(error instanceof WopiClientError)) throw error
    await download.backoff.wait(error)
    return false
  }
}

async function receive(download: Download, transfer: Transfer, event: ChunkEvent): Promise<void> {
  const { target } = transfer
  if (event.kind === 'verified') {
    if (target.complete(event.id, event.length)) download.chunksReceived += 1
    return
  }
  const used = await target.put(event.id, event.offset, event.bytes)
  if (used === 0) return
  download.backoff.reset()
  download.bytesReceived += used
  transfer.received += used
  const { received: done, total } = transfer
  download.options.onProgress?.({ phase: 'receiving', done, total })
}
