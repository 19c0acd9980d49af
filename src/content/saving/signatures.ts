import { WopiError } from '../../protocol/errors.ts'
import { createSingleFlight } from '../bytes/single-flight.ts'
import { lacksSignature } from '../state/manifest.ts'
import { signDocument } from './chunk-later.ts'
import type { ContentServices, WithSignatures } from './services.ts'

/**
 * Computes the signature of a document that an application keeps when a request first needs it. The
 * content is read once, and concurrent requests wait for the result.
 */
export function createSignatures(
  services: Pick<ContentServices, 'metadata' | 'manifests' | 'opener' | 'newId'>,
): WithSignatures {
  const once = createSingleFlight()

  return async (document, signal, share) => {
    let read = await services.manifests.of(document, share)
    while (read.manifest.streams.some(lacksSignature)) {
      const { key, manifestId, fileId } = read.document
      signal.throwIfAborted()
      await once(`${key}/${manifestId}`, signal, (ended) => signDocument(services, key, ended))
      // If a save was faster, look at the new state.
      const current = await services.manifests.current(fileId, share)
      if (!current) throw new WopiError('NOT_FOUND')
      read = current
    }
    return read
  }
}
