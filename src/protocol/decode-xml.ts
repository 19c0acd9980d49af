import { DiscoveryError } from './discovery-error.ts'

/** How many bytes of a document its XML declaration is looked for in. */
const DECLARATION_MAX_BYTES = 200
const ENCODING = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']/
const UTF_16 = /^(utf-?16|ucs-?2|iso-10646-ucs)/i

/**
 * The text of an XML document, whose encoding is told by its first bytes, else by `charset`, else by
 * its declaration, else is UTF-8.
 *
 * @param charset what came with it, such as that of Content-Type
 * @throws DiscoveryError `DISCOVERY_INVALID` for bytes that are no text of that encoding
 */
export function decodeXml(bytes: Uint8Array, charset?: string): string {
  // What does not begin as UTF-16 does is none, whatever is said of it.
  const said = [charset, declaredEncoding(bytes)].find((one) => one && !UTF_16.test(one))
  const encoding = encodingOfStart(bytes) ?? said ?? 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new DiscoveryError('DISCOVERY_INVALID', `Discovery is no ${encoding}`, { cause })
  }
}

/** By the byte order mark, or by the zeros that UTF-16 has beside letters, and XML nowhere else. */
function encodingOfStart([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first && second === 0) return 'utf-16le'
  if (first === 0 && second) return 'utf-16be'
  return undefined
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, DECLARATION_MAX_BYTES))
  return ENCODING.exec(start)?.[1]
}
