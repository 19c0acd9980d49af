import { decodeXml } from '../protocol/decode-xml.ts'
import { DiscoveryError } from '../protocol/discovery-error.ts'
import { DISCOVERY_MAX_CHARS } from '../protocol/parse-discovery.ts'

/** Largest accepted answer, in bytes: two for each character, as in UTF-16. */
const DISCOVERY_MAX_BYTES = 2 * DISCOVERY_MAX_CHARS
const REDIRECTS_MAX = 3

/**
 * Fetches the XML of discovery. It follows redirects, but none from https to http.
 *
 * @throws DiscoveryError `DISCOVERY_UNAVAILABLE`, `DISCOVERY_TOO_LARGE`, `DISCOVERY_INVALID`; the
 *   errors of `fetch`; the reason of `signal`
 */
export async function readDiscovery(
  url: string,
  { fetch, signal }: { fetch: typeof globalThis.fetch; signal: AbortSignal },
): Promise<string> {
  const response = await follow(url, { fetch, signal })
  return decodeXml(await readLimited(response), charsetOf(response))
}

async function follow(
  url: string,
  { fetch, signal }: { fetch: typeof globalThis.fetch; signal: AbortSignal },
): Promise<Response> {
  let address = new URL(url)
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const response = await fetch(address, { redirect: 'manual', signal })
    const location = response.status >= 300 && response.headers.get('Location')
    if (!location && response.ok) return response
    await response.body?.cancel()
    if (!location) throw unavailable(`The server of discovery answered ${response.status}, not 200`)
    address = nextAddress(address, location)
  }
  throw unavailable('Discovery redirects too often')
}

function nextAddress(from: URL, location: string): URL {
  const to = new URL(location, from)
  if (to.protocol === 'https:' || to.protocol === from.protocol) return to
  throw unavailable(`Discovery redirects from ${from.protocol} to ${to.protocol}`)
}

async function readLimited({ body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > DISCOVERY_MAX_BYTES) {
      throw new DiscoveryError(
        'DISCOVERY_TOO_LARGE',
        `Discovery has more than ${DISCOVERY_MAX_BYTES} bytes`,
      )
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function charsetOf({ headers }: Response): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(headers.get('Content-Type') ?? '')?.[1]
}

function unavailable(message: string): DiscoveryError {
  return new DiscoveryError('DISCOVERY_UNAVAILABLE', message)
}
