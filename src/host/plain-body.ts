import type { HostRequest } from '../ports/exchange.ts'
import { WopiError } from '../protocol/errors.ts'

/**
 * Refuses a body that is not the plain content (RFC 9110, 8.4 and 14.5). The host would store the
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
  if (/^multipart\//i.test(header('Content-Type') ?? ''))
    throw new WopiError('BODY_ENCODED', {
      detail: 'The body is a form (multipart); send the bytes of the content alone',
    })
}
