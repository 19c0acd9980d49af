import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { SessionRecord } from '../../ports/metadata/sessions.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { chunkIdFromBytes } from '../../protocol/chunking/chunk-id.ts'
import { createChunkReader } from '../../protocol/frames/chunk-reader.ts'
import { createHash } from '../../protocol/spooky/spooky.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { openPieces } from '../packs/assemble.ts'
import type { ContentServices } from '../saving/services.ts'
import { sessionSource } from '../saving/session-format.ts'
import type { Extent } from '../state/extents.ts'
import { lacksSignature, type StreamState } from '../state/manifest.ts'
import { decodeManifestSteps } from '../state/manifest-format.ts'

/** Stored content that has changed or vanished since the host acknowledged it. */
export interface Damage {
  /** Left out for damage of the store as a whole. */
  fileId?: string
  /** Sequence number of the damaged state; left out for an upload session. */
  sequenceNumber?: number
  /** Whether clients see this state. */
  current?: boolean
  streamId?: string
  /** Id of the damaged upload session. */
  sessionId?: string
  /** The damaged pack, if known. */
  pack?: string
  problem: string
}

export interface VerifyReport {
  documents: number
  states: number
  sessions: number
  /** Bytes read and hashed. */
  bytes: number
  /** Bytes that an application keeps and that this process could not check. */
  bytesOfApplication: number
  damage: Damage[]
}

type Services = Pick<ContentServices, 'metadata' | 'opener'>

const PAGE = 100

/**
 * Reads every kept state of every document and every open upload session, hashes all chunks again,
 * and reports damage. Reads bytes that several states share once. May run beside a host: content
 * that is deleted meanwhile is no damage.
 *
 * @param options.onDocument called before each document with its name and the number of documents
 *   before it
 */
export async function verifyStore(
  services: Services,
  options: {
    signal?: AbortSignal
    onDocument?: (progress: { fileId: string; name: string; index: number }) => void
  } = {},
): Promise<VerifyReport> {
  const report: VerifyReport = {
    documents: 0,
    states: 0,
    sessions: 0,
    bytes: 0,
    bytesOfApplication: 0,
    damage: [],
  }
  for await (const document of allDocuments(services)) {
    options.signal?.throwIfAborted()
    const { fileId, name } = document
    options.onDocument?.({ fileId, name, index: report.documents })
    report.documents++
    await verifyDocument(services, document, report)
  }
  for await (const session of openSessions(services)) {
    options.signal?.throwIfAborted()
    report.sessions++
    await verifySession(services, session, report)
  }
  return report
}

async function* allDocuments({ metadata }: Services): AsyncGenerator<DocumentRecord> {
  let after: string | undefined
  for (;;) {
    const page = await metadata.listDocuments({
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    yield* page
    after = page.at(-1)?.fileId
    if (page.length < PAGE) return
  }
}

async function* openSessions({ metadata }: Services): AsyncGenerator<SessionRecord> {
  let after: string | undefined
  for (;;) {
    const page = await metadata.listSessions({ limit: PAGE, ...(after !== undefined && { after }) })
    for (const session of page.sessions)
      if (!session.committed && page.now < session.expiresAt) yield session
    after = page.sessions.at(-1)?.id
    if (page.sessions.length < PAGE) return
  }
}

async function verifyDocument(
  services: Services,
  document: DocumentRecord,
  report: VerifyReport,
): Promise<void> {
  const { key, fileId } = document
  const verified = new Set<string>()
  for (const [i, state] of (await services.metadata.listManifests(key)).entries()) {
    const where = { fileId, sequenceNumber: state.sequenceNumber, current: i === 0 }
    const stillKept = async () =>
      (await services.metadata.readManifest(key, state.manifestId)) !== undefined
    try {
      const encoded = await services.metadata.readManifest(key, state.manifestId)
      if (!encoded) continue
      report.states++
      const { streams } = await UNCOUNTED.work(decodeManifestSteps(encoded))
      for (const stream of streams)
        await verifyStream(services, stream, { where, verified, stillKept }, report)
    } catch (error) {
      report.damage.push({
        ...where,
        problem: `The manifest cannot be decoded: ${messageOf(error)}`,
      })
    }
  }
}

interface StateCheck {
  where: Omit<Damage, 'problem'>
  /** Chunks of this document that are already verified. */
  verified: Set<string>
  /** Whether the state still exists. A state that was pruned meanwhile may have lost its packs. */
  stillKept: () => Promise<boolean>
}

async function verifyStream(
  services: Services,
  stream: StreamState,
  { where, verified, stillKept }: StateCheck,
  report: VerifyReport,
): Promise<void> {
  const { streamId, size } = stream
  const place = { ...where, streamId }
  const held = stream.extents.size
  if (held !== size) {
    report.damage.push({ ...place, problem: `The stream has ${held} bytes in packs, not ${size}` })
    return
  }
  const isHere = ({ source }: Extent) => services.opener.reaches(source)
  for (const extent of stream.extents)
    if (lacksSignature(stream) || !isHere(extent)) report.bytesOfApplication += extent.length
  for (const chunk of chunksOf(stream)) {
    const extents = [...stream.extents.slice(chunk.offset, chunk.length)]
    if (!extents.every(isHere)) continue
    const name = `${chunk.id} ${extents.map((e) => `${e.source.key}:${e.offset}+${e.length}`).join()}`
    if (verified.has(name)) continue
    const problem = await findChunkProblem(services, chunk, extents, report)
    if (!problem) verified.add(name)
    else if (await stillKept()) report.damage.push({ ...place, ...problem })
  }
}

function* chunksOf({ chunks, alternatives }: StreamState): Generator<PlacedChunk> {
  yield* chunks.placed()
  yield* alternatives.placed()
}

async function findChunkProblem(
  { opener }: Services,
  chunk: PlacedChunk,
  extents: readonly Extent[],
  report: VerifyReport,
): Promise<{ problem: string; pack?: string } | undefined> {
  const packs = [...new Set(extents.map(({ source }) => source.key))].join(', ')
  const place = `Chunk ${chunk.id} at byte ${chunk.offset}`
  try {
    const hash = createHash()
    await using opened = await openPieces(opener, extents)
    for await (const bytes of opened) {
      hash.update(bytes)
      report.bytes += bytes.length
    }
    const id = chunkIdFromBytes(hash.digest())
    if (id === chunk.id) return undefined
    return {
      pack: packs,
      problem: `${place} is damaged: its bytes have changed since they were stored`,
    }
  } catch (error) {
    return { pack: packs, problem: `${place} could not be read: ${messageOf(error)}` }
  }
}

async function verifySession(
  services: Services,
  session: SessionRecord,
  report: VerifyReport,
): Promise<void> {
  const { fileId, id: sessionId, received } = session
  try {
    const { extents, chunks } = await sessionSource(services.metadata, session.tokenHash, UNCOUNTED)
    const reader = createChunkReader({ endFrame: 'forbidden' })
    let completed = 0
    await using opened = await openPieces(services.opener, extents)
    for await (const bytes of opened) {
      completed += reader.push(bytes).length
      report.bytes += bytes.length
    }
    if (reader.position >= received && completed >= chunks.length) return
    throw new Error(`${reader.position} of ${received} bytes and ${completed} chunks are there`)
  } catch (error) {
    const still = await services.metadata.readSession(session.tokenHash)
    if (!still || still.session.committed) return
    report.damage.push({
      fileId,
      sessionId,
      problem: `The session is damaged: ${messageOf(error)}`,
    })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
