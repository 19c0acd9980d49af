import { WopiError } from './errors.ts'
import type { HeaderReader } from './headers.ts'
import { roundTripTime } from './round-trip-time.ts'

/** By today's name and by that of older clients; ONLYOFFICE sends the latter. */
const TIMESTAMP_HEADERS = ['X-COOL-WOPI-Timestamp', 'X-LOOL-WOPI-Timestamp']
/** What Collabora takes for "the document was changed in storage". */
const CHANGED_IN_STORAGE = 1010
const TEXT_MAX_CHARS = 64

/**
 * The `LastModifiedTime` that a client like Collabora saw last; `undefined` when it sends none and
 * so overwrites any content.
 */
export function readLastSeenTime(header: HeaderReader): string | undefined {
  for (const name of TIMESTAMP_HEADERS) {
    const text = header(name)?.trim()
    if (text) return text.slice(0, TEXT_MAX_CHARS)
  }
  return undefined
}

/**
 * Checks that nobody else has changed the file since a client saw it last.
 *
 * @param modifiedAt when the content last changed, in ms since 1970 UTC
 * @throws WopiError CHANGED_ELSEWHERE with the body that makes Collabora ask its user
 */
export function requireLastSeen(lastSeen: string | undefined, modifiedAt: number): void {
  if (lastSeen === undefined || Date.parse(lastSeen) === modifiedAt) return
  throw new WopiError('CHANGED_ELSEWHERE', {
    detail: `The file was last changed at ${roundTripTime(modifiedAt)}, not ${lastSeen}`,
    body: { COOLStatusCode: CHANGED_IN_STORAGE, LOOLStatusCode: CHANGED_IN_STORAGE },
  })
}
