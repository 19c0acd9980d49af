import type { DocumentRecord, DocumentStore } from '../../ports/metadata/documents.ts'
import { WopiError } from '../../protocol/errors.ts'
import { decodeManifest, type Manifest } from './manifest.ts'

/** Encoded size of the manifests that are kept decoded, in bytes; decoded they take about ten times that. */
const CACHE_MAX_BYTES = 2 * 1024 * 1024

/** A document as it stands, with its content. */
export interface DocumentState {
  document: DocumentRecord
  manifest: Manifest
  now: number
}

/** Reads manifests, which never change, and keeps those that were used last. */
export interface Manifests {
  /** The content of a document that was just read, or of its present state if that one was pruned. */
  of(document: DocumentRecord): Promise<{ document: DocumentRecord; manifest: Manifest }>
  /** A document with its content, or `undefined` when there is no such document. */
  current(fileId: string): Promise<DocumentState | undefined>
}

export function createManifests(metadata: DocumentStore): Manifests {
  const cache = new Map<string, { manifest: Manifest; bytes: number }>()
  let cachedBytes = 0

  function keep(key: string, manifest: Manifest, bytes: number): void {
    cache.set(key, { manifest, bytes })
    cachedBytes += bytes
    for (const [oldest, entry] of cache) {
      if (cachedBytes <= CACHE_MAX_BYTES) return
      cache.delete(oldest)
      cachedBytes -= entry.bytes
    }
  }

  async function read(document: DocumentRecord): Promise<Manifest | undefined> {
    const key = `${document.key}/${document.manifestId}`
    const cached = cache.get(key)
    if (cached) {
      // The order of a Map is that of insertion: what was used last goes to the end.
      cache.delete(key)
      cache.set(key, cached)
      return cached.manifest
    }
    const encoded = await metadata.readManifest(document.key, document.manifestId)
    if (!encoded) return undefined
    const manifest = decodeManifest(encoded)
    if (!cache.has(key)) keep(key, manifest, encoded.length)
    return manifest
  }

  async function current(fileId: string): Promise<DocumentState | undefined> {
    for (;;) {
      const found = await metadata.readDocument(fileId)
      if (!found) return undefined
      const manifest = await read(found.document)
      if (manifest) return { ...found, manifest }
    }
  }

  return {
    current,
    async of(document) {
      const manifest = await read(document)
      if (manifest) return { document, manifest }
      const state = await current(document.fileId)
      if (!state) throw new WopiError('NOT_FOUND')
      return state
    },
  }
}
