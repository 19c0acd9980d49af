import type { HostRequest } from '../ports/exchange.ts'
import { WopiError } from '../protocol/errors.ts'

/** Values of `Content-Transfer-Encoding` that leave the bytes as they are (RFC 2045, 6.2). */
const PLAIN_TRANSFER = ['7bit', '8bit', 'binary']

/**
 * Refuses a body that is not the plain content (RFC 9110, 8.4 and 14.5; RFC 9112, 7). The host would store the
 * encoded bytes, lose the header, and so spoil the document.
 *
 * @throws WopiError BODY_ENCODED when the body is compressed, partial, or a form
 */
export function requirePlainBody({ header }: HostRequest): void {
  const encoding = header('Content-Encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new WopiError('BODY_ENCODED', {
      detail: 'The body has a Content-Encoding; send it without one',
      headers: { 'Accept-Encoding': 'identity' },
    })
  if (header('Content-Range') !== undefined)
    throw new WopiError('BODY_ENCODED', {
      detail: 'The body has a Content-Range; send the whole content, or use an upload session',
    })
  if ((header('Transfer-Encoding') ?? 'chunked').trim().toLowerCase() !== 'chunked')
    throw new WopiError('BODY_ENCODED', {
      detail: 'The body has a Transfer-Encoding besides chunked; send it without',
    })
  const transfer = header('Content-Transfer-Encoding') ?? 'binary'
  if (!PLAIN_TRANSFER.includes(transfer.trim().toLowerCase()))
    throw new WopiError('BODY_ENCODED', {
      detail: 'The body has a Content-Transfer-Encoding; send its bytes as they are',
    })
  if (/^multipart\//i.test(header('Content-Type') ?? ''))
    throw new WopiError('BODY_ENCODED', {
      detail: 'The body is a form (multipart); send the bytes of the content alone',
    })
}
