import type { DocumentRecord, DocumentStore } from '../../ports/metadata/documents.ts'
import { WopiError } from '../../protocol/errors.ts'
import type { HolderNames } from '../bytes/memory-holder.ts'
import { type Share, UNCOUNTED } from '../bytes/share.ts'
import { type Manifest, manifestBytes } from './manifest.ts'
import { decodeManifestSteps } from './manifest-format.ts'

/** Encoded size of the manifests that are kept decoded, in bytes; decoded they take about twice that. */
const CACHE_MAX_BYTES = 4 * 1024 * 1024
/** Encoded size up to which a manifest is kept, and not counted: some 5,000 chunks, in bytes. */
const CACHED_MAX_BYTES = 128 * 1024
/** Memory that decoding takes for each encoded byte, in bytes: it, and the lists while they grow. */
const DECODED_PER_ENCODED = 4

/** The current state of a document, with its content. */
export interface DocumentState {
  document: DocumentRecord
  manifest: Manifest
  now: number
}

/** Reads manifests, which never change, and caches the most recently used ones. */
export interface Manifests {
  /**
   * The content of a document that was just read, or of its current state if that one was pruned.
   * What it takes is counted until `share` ends, once for all requests that use it.
   */
  of(
    document: DocumentRecord,
    share?: Share,
  ): Promise<{ document: DocumentRecord; manifest: Manifest }>
  /** A document with its content; `undefined` when it does not exist. */
  current(fileId: string, share?: Share): Promise<DocumentState | undefined>
}

/** A manifest that is being read, or used. */
interface Loaded {
  manifest: Promise<Manifest | undefined>
  users: number
  /** What it takes, which is nobody's own. */
  own: Share
}

export function createManifests(
  metadata: DocumentStore,
  openShare: (names: HolderNames) => Share,
): Manifests {
  const cache = createCache()
  const loaded = new Map<string, Loaded>()

  async function load(document: DocumentRecord, own: Share): Promise<Manifest | undefined> {
    const encoded = await metadata.readManifest(document.key, document.manifestId)
    if (!encoded) return undefined
    const most = encoded.length * DECODED_PER_ENCODED
    const isSmall = encoded.length <= CACHED_MAX_BYTES
    if (!isSmall) await own.grow(most)
    const manifest = await own.work(decodeManifestSteps(encoded))
    if (isSmall) cache.keep(keyOf(document), manifest, encoded.length)
    else own.shrink(Math.max(0, most - manifestBytes(manifest)))
    return manifest
  }

  function begin(document: DocumentRecord): Loaded {
    const userId = `document ${document.key}`
    const own = openShare({ userId, documentKey: document.key, operation: 'manifest' })
    const begun: Loaded = { manifest: load(document, own), users: 0, own }
    loaded.set(keyOf(document), begun)
    return begun
  }

  async function read(document: DocumentRecord, share: Share): Promise<Manifest | undefined> {
    const key = keyOf(document)
    const cached = cache.find(key)
    if (cached) return cached
    const entry = loaded.get(key) ?? begin(document)
    entry.users++
    const lease = {
      [Symbol.dispose]() {
        if (--entry.users > 0) return
        if (loaded.get(key) === entry) loaded.delete(key)
        entry.own[Symbol.dispose]()
      },
    }
    try {
      return await entry.manifest
    } catch (error) {
      // Whoever asks next tries anew.
      if (loaded.get(key) === entry) loaded.delete(key)
      throw error
    } finally {
      if (share === UNCOUNTED) lease[Symbol.dispose]()
      else share.keep(lease)
    }
  }

  async function current(fileId: string, share: Share): Promise<DocumentState | undefined> {
    for (;;) {
      const found = await metadata.readDocument(fileId)
      if (!found) return undefined
      const manifest = await read(found.document, share)
      if (manifest) return { ...found, manifest }
    }
  }

  return {
    current: (fileId, share = UNCOUNTED) => current(fileId, share),
    async of(document, share = UNCOUNTED) {
      const manifest = await read(document, share)
      if (manifest) return { document, manifest }
      const state = await current(document.fileId, share)
      if (!state) throw new WopiError('NOT_FOUND')
      return state
    },
  }
}

function keyOf({ key, manifestId }: DocumentRecord): string {
  return `${key}/${manifestId}`
}

/** Keeps what was used last, up to `CACHE_MAX_BYTES`. */
function createCache() {
  const entries = new Map<string, { manifest: Manifest; bytes: number }>()
  let held = 0
  return {
    find(key: string): Manifest | undefined {
      const entry = entries.get(key)
      if (!entry) return undefined
      // A Map keeps insertion order: move the entry to the end, as the most recently used one.
      entries.delete(key)
      entries.set(key, entry)
      return entry.manifest
    },

    keep(key: string, manifest: Manifest, bytes: number): void {
      entries.set(key, { manifest, bytes })
      held += bytes
      for (const [oldest, entry] of entries) {
        if (held <= CACHE_MAX_BYTES) return
        entries.delete(oldest)
        held -= entry.bytes
      }
    },
  }
}
