import { UNCOUNTED } from '../bytes/share.ts'
import { SWEEP_AFTER_SAVE_MS } from '../limits.ts'
import type { ChunkedContent } from '../state/chunked-content.ts'
import { lacksSignature, type Manifest, type StreamState } from '../state/manifest.ts'
import { decodeManifestSteps, encodeManifestSteps } from '../state/manifest-format.ts'
import { chunkByDirectory } from './chunk-stream.ts'
import { mainSize } from './commit.ts'
import type { ContentServices } from './services.ts'

type Services = Pick<ContentServices, 'metadata' | 'opener' | 'newId'>

/**
 * Chunks the streams of a document's current state that were too large to chunk while a client
 * waited. Content and sequence number stay: only the manifest is replaced, by compare-and-set. If a
 * save comes in between, the save wins and the caller runs this again.
 *
 * @returns `false` when a save came in between, whose streams may need chunking, too
 */
export async function chunkLater(
  services: Services,
  documentKey: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { opener } = services
  // A tool beside the host cannot read revisions that an application keeps: they wait for the host.
  const isDue = ({ awaitsChunking, extents }: StreamState) =>
    awaitsChunking && extents.sources.every((source) => opener.reaches(source))
  return chunkWhere(services, documentKey, isDue, signal)
}

/**
 * Computes the signature of a document that an application keeps, in the same way. Reads the
 * document once, whatever its size.
 */
export async function signDocument(
  services: Services,
  documentKey: string,
  signal: AbortSignal,
): Promise<void> {
  await chunkWhere(services, documentKey, lacksSignature, signal)
}

async function chunkWhere(
  services: Services,
  documentKey: string,
  isDue: (stream: StreamState) => boolean,
  signal?: AbortSignal,
): Promise<boolean> {
  const current = (await services.metadata.listManifests(documentKey))[0]
  const encoded = current && (await services.metadata.readManifest(documentKey, current.manifestId))
  if (!encoded) return true
  const manifest = await UNCOUNTED.work(decodeManifestSteps(encoded))
  if (!manifest.streams.some(isDue)) return true
  const next: Manifest = { ...manifest, streams: [] }
  const chunk = createChunker(services, signal)
  for (const stream of manifest.streams)
    next.streams.push(isDue(stream) ? await chunk(stream) : stream)
  const { ok } = await services.metadata.commit({
    documentKey,
    expected: { manifestId: current.manifestId },
    manifestId: services.newId(),
    manifest: await UNCOUNTED.work(encodeManifestSteps(next)),
    size: mainSize(next),
    sequenceNumber: current.sequenceNumber,
    userId: current.userId,
    newPacks: [],
    sweepAfterMs: SWEEP_AFTER_SAVE_MS,
  })
  return ok
}

/** Cuts streams; those of the same one chunk are read once. */
function createChunker(
  { opener }: Pick<Services, 'opener'>,
  signal: AbortSignal | undefined,
): (stream: StreamState) => Promise<StreamState> {
  const chunked = new Map<string, ChunkedContent>()
  return async (stream) => {
    const id = stream.chunks.length === 1 ? stream.chunks.idAt(0) : stream.streamId
    const known = chunked.get(id)
    const content =
      known ?? (await chunkByDirectory(opener, stream.extents, stream.size, { signal }))
    chunked.set(id, content)
    return { ...stream, ...content }
  }
}
