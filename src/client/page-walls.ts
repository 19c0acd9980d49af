import { WopiClientError } from './errors.ts'

/** What of a page or Worker tells why the browser lets no request through. */
export interface Page {
  location?: { origin: string; protocol: string } | undefined
  addEventListener?: (type: string, listener: (event: Event) => void) => void
  removeEventListener?: (type: string, listener: (event: Event) => void) => void
}

/** Tells walls that the browser puts around a page from a network that is lost. */
export interface PageWalls {
  /** The operation was answered: nothing stands in its way. */
  passed(operation: string): void
  /**
   * Why a request got no answer, when it is not the network: a browser hides that from the page.
   *
   * @returns a `BLOCKED` failure, which no other try mends; `undefined` when it may be the network
   */
  explain(operation: string, cause: unknown): Promise<WopiClientError | undefined>
}

/** Names by which a machine calls itself: browsers let secure pages talk to them. */
const OWN_MACHINE = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/

/** @param wopiSrc the document's address, of which only the origin is asked */
export function createPageWalls(
  wopiSrc: string,
  fetchReply: typeof fetch,
  page: Page = globalThis,
): PageWalls {
  const host = new URL(wopiSrc)
  const answered = new Set<string>()
  const suspected = new Set<string>()

  return {
    passed(operation) {
      answered.add(operation)
      suspected.delete(operation)
    },

    async explain(operation, cause) {
      const { location } = page
      if (!location || answered.has(operation)) return undefined
      const blocked = (why: string) => new WopiClientError('BLOCKED', why, { operation, cause })
      if (location.protocol === 'https:' && isInsecure(host)) {
        return blocked(`browsers let no page that came by https ask ${host.origin}: use https`)
      }
      const probe = await probeHost(host.origin, fetchReply, page)
      if (probe === 'policy') {
        return blocked(`the page's Content-Security-Policy lacks connect-src ${host.origin}`)
      }
      if (probe === 'lost' || host.origin === location.origin) return undefined
      // The network may have come back between the request and the probe: that counts once.
      if (!suspected.has(operation)) {
        suspected.add(operation)
        return undefined
      }
      return blocked(`${host.origin} can be reached, but does not allow ${location.origin} (CORS)`)
    },
  }
}

function isInsecure({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !OWN_MACHINE.test(hostname)
}

/** Asks the host for nothing: a request that needs no CORS, of which the page sees no answer. */
async function probeHost(
  origin: string,
  fetchReply: typeof fetch,
  page: Page,
): Promise<'reached' | 'lost' | 'policy'> {
  let refused = false
  const note = (event: Event) => {
    const { effectiveDirective, blockedURI, disposition } = event as SecurityPolicyViolationEvent
    refused ||=
      effectiveDirective === 'connect-src' &&
      disposition === 'enforce' &&
      blockedURI.startsWith(origin)
  }
  page.addEventListener?.('securitypolicyviolation', note)
  try {
    await fetchReply(`${origin}/`, {
      method: 'HEAD',
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
    return 'reached'
  } catch {
    // The event comes as a task of its own.
    await new Promise((resolve) => setTimeout(resolve))
    return refused ? 'policy' : 'lost'
  } finally {
    page.removeEventListener?.('securitypolicyviolation', note)
  }
}
