import type { ChunkId } from '../protocol/chunking/chunk.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import { type ChunkedDocument, digestOfChunks } from './chunk-document.ts'

/** What a later run needs to go on with an upload. Plain data: keep it as JSON, it holds secrets. */
export interface UploadState {
  version: 1
  /** Tells documents of the host apart, without naming them. */
  wopiSrcDigest: ChunkId
  lockId: string
  /** Of the document that is being sent, in bytes. */
  size: number
  /** Of its list of chunks: another one is another upload. */
  chunksDigest: ChunkId
  /** The sequence number that the upload last built on. */
  baseSequenceNumber?: number
  session?: UploadSessionState
}

/** An upload session, as far as it has come. */
export interface UploadSessionState {
  token: string
  /** In ms since 1970 UTC, as of its creation; `undefined` when the host did not tell. */
  expiresAt?: number | undefined
  /** Acknowledged bytes of the session's stream. */
  offset: number
  /** Runs of the document's chunks that the session's stream is made of: first, count, … */
  plan: number[]
}

/** The state before anything was asked of the host. */
export function newUploadState(
  wopiSrc: string,
  document: ChunkedDocument,
  lockId: string,
): UploadState {
  return {
    version: 1,
    wopiSrcDigest: digestOfText(wopiSrc),
    lockId,
    size: document.size,
    chunksDigest: digestOfChunks(document),
  }
}

/**
 * Joins what is left of an earlier run with a fresh state. The lock's id is taken over whenever the
 * target is the same, so that a lock of a run that died is found again; the session only when the
 * document is the same too.
 */
export function resumeUploadState(fresh: UploadState, kept: UploadState | undefined): UploadState {
  if (kept?.version !== 1 || kept.wopiSrcDigest !== fresh.wopiSrcDigest) return fresh
  const same = kept.size === fresh.size && kept.chunksDigest === fresh.chunksDigest
  return { ...(same ? kept : fresh), lockId: kept.lockId }
}

function digestOfText(text: string): ChunkId {
  return chunkIdOf(new TextEncoder().encode(text))
}
