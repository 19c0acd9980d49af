import { SWEEP_AFTER_SAVE_MS } from '../limits.ts'
import {
  decodeManifest,
  encodeManifest,
  lacksSignature,
  type Manifest,
  type StreamState,
} from '../state/manifest.ts'
import { chunkByDirectory } from './chunk-stream.ts'
import { mainSize } from './commit.ts'
import type { ContentServices } from './services.ts'

type Services = Pick<ContentServices, 'metadata' | 'opener' | 'newId'>

/**
 * Cuts the streams of a document's current state that were too large to be cut while a client
 * waited. The content stays, and so does the sequence number: only the manifest is replaced, by
 * compare-and-set, so a save that comes in between wins and this is simply done again.
 *
 * @returns `false` when a save came in between, which may have to be cut as well
 */
export async function chunkLater(
  services: Services,
  documentKey: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { opener } = services
  // A tool beside the host cannot read what an application keeps: such a stream waits for the host.
  const isDue = ({ awaitsChunking, extents }: StreamState) =>
    awaitsChunking && extents.every(({ source }) => opener.reaches(source))
  return chunkWhere(services, documentKey, isDue, signal)
}

/**
 * Computes the signature of a document that an application keeps, in the same way; it is read once,
 * whatever its size.
 */
export async function signDocument(services: Services, documentKey: string): Promise<void> {
  await chunkWhere(services, documentKey, lacksSignature)
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
  const manifest = decodeManifest(encoded)
  if (!manifest.streams.some(isDue)) return true
  const next: Manifest = { ...manifest, streams: [] }
  for (const stream of manifest.streams)
    next.streams.push(isDue(stream) ? await cut(services, stream, signal) : stream)
  const { ok } = await services.metadata.commit({
    documentKey,
    expected: { manifestId: current.manifestId },
    manifestId: services.newId(),
    manifest: encodeManifest(next),
    size: mainSize(next),
    sequenceNumber: current.sequenceNumber,
    userId: current.userId,
    newPacks: [],
    sweepAfterMs: SWEEP_AFTER_SAVE_MS,
  })
  return ok
}

async function cut(
  { opener }: Pick<Services, 'opener'>,
  stream: StreamState,
  signal: AbortSignal | undefined,
): Promise<StreamState> {
  return { ...stream, ...(await chunkByDirectory(opener, stream.extents, stream.size, signal)) }
}
