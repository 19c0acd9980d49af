import type { DocumentRecord } from '../../ports/metadata-store.ts'
import { WopiError } from '../../protocol/errors.ts'
import { createSingleFlight, unlessAborted } from '../bytes/single-flight.ts'
import { isUnsigned, type Manifest } from '../state/manifest.ts'
import { signDocument } from './chunk-later.ts'
import type { ContentServices } from './services.ts'

/** A document and its content. */
interface Read {
  document: DocumentRecord
  manifest: Manifest
}

/**
 * As `Manifests.of`, with the signature of the content, which may have to be computed first.
 *
 * @throws WopiError NOT_FOUND when the document is gone; the reason of `signal`
 */
export type Signed = (document: DocumentRecord, signal: AbortSignal) => Promise<Read>

/**
 * Gives documents that an application keeps their signature, as soon as somebody needs it: one
 * request reads the content once, and all others wait for it.
 */
export function createSigned(
  services: Pick<ContentServices, 'metadata' | 'manifests' | 'opener' | 'newId'>,
): Signed {
  const once = createSingleFlight()

  return async (document, signal) => {
    let read = await services.manifests.of(document)
    while (read.manifest.streams.some(isUnsigned)) {
      const { key, manifestId, fileId } = read.document
      signal.throwIfAborted()
      await unlessAborted(
        once(`${key}/${manifestId}`, () => signDocument(services, key)),
        signal,
      )
      // Whatever was faster is looked at anew.
      const current = await services.manifests.current(fileId)
      if (!current) throw new WopiError('NOT_FOUND')
      read = current
    }
    return read
  }
}
