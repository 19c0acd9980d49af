import { readLimited } from '../../content/bytes/read-limited.ts'
import { messageOrRefusal } from '../../content/saving/message-body.ts'
import { parseCoauthLockMetadata } from '../../protocol/coauth-messages.ts'
import { WopiError } from '../../protocol/errors.ts'
import { COAUTH_METADATA_MAX_BYTES } from '../../protocol/names.ts'

/** Largest body: metadata of which JSON escapes every byte, and its name. */
const BODY_MAX_BYTES = 8 * COAUTH_METADATA_MAX_BYTES

/**
 * The CoauthLockMetadata of a body, which goes before the header; `undefined` when there is no body.
 *
 * @throws WopiError MESSAGE_INVALID when it is not the JSON it should be, BODY_INVALID when it is too long
 */
export async function readMetadataBody(
  body: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  const bytes = await readLimited(body, BODY_MAX_BYTES)
  if (!bytes)
    throw new WopiError('BODY_INVALID', {
      detail: `The body has more than ${BODY_MAX_BYTES} bytes`,
    })
  if (bytes.length === 0) return undefined
  return messageOrRefusal(() => parseCoauthLockMetadata(bytes)) ?? ''
}
