import type { DocumentSource, SourceDocument } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { replaceManifest } from '../saving/replace-manifest.ts'
import type { ContentServices } from '../saving/services.ts'
import { ExtentList } from '../state/extents.ts'
import { applicationSource } from '../state/manifest.ts'
import { decodeManifestSteps } from '../state/manifest-format.ts'

/** Most documents that are remembered because of a contradiction, or a revision that is gone. */
const REMEMBERED_MAX = 10_000

/** Watches what an application says of a revision that the host has already. */
export interface SameRevision {
  /** A revision could not be opened any more. */
  gone(fileId: string): void
  /** Whether what is known of a revision is wrong and has to be taken in again; logs what it finds. */
  isWrong(document: DocumentRecord, found: SourceDocument): Promise<boolean>
  /**
   * Reads a delivered save from its own revision, if it shares bytes with one that is gone.
   *
   * @returns whether the state is another one now
   */
  relocate(document: DocumentRecord, found: SourceDocument): Promise<boolean>
}

export function createSameRevision(
  services: Pick<ContentServices, 'metadata' | 'newId'>,
  { revisions }: Pick<DocumentSource, 'revisions'>,
  log: Log,
): SameRevision {
  const told = new Set<string>()
  const missed = new Set<string>()

  async function stateOf({ key, manifestId }: DocumentRecord) {
    const encoded = await services.metadata.readManifest(key, manifestId)
    return encoded && (await UNCOUNTED.work(decodeManifestSteps(encoded)))
  }

  /** Whether the main content lies with the application, as this revision and nothing else. */
  async function liesIn(document: DocumentRecord, revision: string): Promise<boolean> {
    const main = (await stateOf(document))?.streams.find(isMain)
    return (
      main?.extents.sources.every(({ application }) => application?.revision === revision) ?? false
    )
  }

  return {
    gone: (fileId) => remember(missed, fileId),

    async isWrong(document, found) {
      const { fileId, size: knownSize, sequenceNumber, source: known } = document
      const { revision, size } = found
      if (known?.sequenceNumber !== sequenceNumber || knownSize === size) return false
      const isTold = told.has(`${fileId}/${revision}/${size}`)
      remember(told, `${fileId}/${revision}/${size}`)
      if (!isTold)
        log.error(
          { fileId, revision, version: sequenceNumber, knownSize, size },
          'The application tells another size for a revision than before, or than was delivered',
        )
      return revisions === 'immutable' && (await liesIn(document, revision))
    },

    async relocate(document, found) {
      const { fileId, size, sequenceNumber, source: known } = document
      const { revision } = found
      if (!missed.delete(fileId) || revisions !== 'immutable') return false
      if (known?.sequenceNumber !== sequenceNumber || size !== found.size) return false
      const manifest = await stateOf(document)
      if (!manifest || (await liesIn(document, revision))) return false
      const source = applicationSource(fileId, revision)
      const extents = ExtentList.of([{ source, offset: 0, length: size }])
      const streams = manifest.streams.map((stream) =>
        isMain(stream) ? { ...stream, extents } : stream,
      )
      log.warn(
        { fileId, revision },
        'A revision is gone that a save shares bytes with: its own is read',
      )
      await replaceManifest(services, document, { ...manifest, streams })
      return true
    },
  }
}

function isMain({ streamId }: { streamId: string }): boolean {
  return streamId === MAIN_CONTENT
}

function remember(names: Set<string>, name: string): void {
  names.delete(name)
  names.add(name)
  const [oldest] = names
  if (names.size > REMEMBERED_MAX && oldest !== undefined) names.delete(oldest)
}
