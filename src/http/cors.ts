import type { Handler } from '../host/handle.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** How long a browser may remember the answer to a preflight, in seconds. */
const PREFLIGHT_MAX_AGE_S = 2 * 60 * 60
/** Headers of replies that pages of other origins may read. */
const EXPOSED = [...Object.values(HEADERS), 'ETag', 'Content-Range', 'Content-Disposition'].join(
  ', ',
)

/**
 * Checks the origins whose pages may call the host.
 *
 * @throws TypeError when an origin is not written as browsers send it
 */
export function checkOrigins(origins: readonly string[]): ReadonlySet<string> {
  for (const origin of origins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new TypeError(
        `corsOrigins must be origins like https://app.example.com, not ${JSON.stringify(origin)}`,
      )
  return new Set(origins)
}

/**
 * Lets pages of the listed origins use the host (Fetch standard, CORS protocol). Cookies play no
 * part: only the token authorizes a request. Pages of other origins get no such header, so their
 * browsers hide the reply from them.
 */
export function withCors(handler: Handler, origins: ReadonlySet<string>): Handler {
  return async (request) => {
    const origin = request.header('Origin')
    if (origin === undefined || !origins.has(origin)) return handler(request)
    const wanted = request.header('Access-Control-Request-Method')
    const isPreflight = request.method === 'OPTIONS' && wanted !== undefined
    return allowed(await handler(request), origin, isPreflight ? preflight(request) : {})
  }
}

function allowed(reply: HostReply, origin: string, more: Record<string, string>): HostReply {
  return {
    ...reply,
    headers: {
      ...reply.headers,
      ...more,
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': EXPOSED,
      Vary: 'Origin',
    },
  }
}

function preflight({ header }: HostRequest): Record<string, string> {
  const headers = header('Access-Control-Request-Headers')
  return {
    'Access-Control-Allow-Methods': 'GET, HEAD, POST',
    'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_S),
    // Browsers send only valid header names; the reply repeats nothing else.
    ...(headers !== undefined &&
      /^[\w-]+(, ?[\w-]+)*$/.test(headers) && { 'Access-Control-Allow-Headers': headers }),
  }
}
