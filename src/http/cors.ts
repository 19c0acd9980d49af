import type { Handler } from '../host/handle.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** How long a browser may remember what it was allowed, in seconds. */
const PREFLIGHT_MAX_AGE_S = 2 * 60 * 60
/** Headers of replies that pages of other origins may read. */
const EXPOSED = [...Object.values(HEADERS), 'ETag', 'Content-Range', 'Content-Disposition'].join(
  ', ',
)

/**
 * Checks origins that browsers may call from.
 *
 * @throws TypeError when one is not written as browsers send it
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
 * Lets pages of other origins use the host (Fetch standard, CORS protocol). Nothing is sent with
 * cookies: a request is authorized by its token alone. All other origins get no such header, so
 * that their browsers refuse to show them the reply.
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
    // Names of headers, which a browser has checked; anything else is not repeated.
    ...(headers !== undefined &&
      /^[\w-]+(, ?[\w-]+)*$/.test(headers) && { 'Access-Control-Allow-Headers': headers }),
  }
}
