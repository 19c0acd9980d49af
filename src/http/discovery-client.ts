import type { Log } from '../ports/log.ts'
import type { ProofKeySource } from '../ports/proof-keys.ts'
import { decodeXml } from '../protocol/decode-xml.ts'
import type { Discovery } from '../protocol/discovery.ts'
import { DiscoveryError } from '../protocol/discovery-error.ts'
import { parseDiscovery } from '../protocol/parse-discovery.ts'
import { importProofKeys, type ProofKeys } from '../protocol/proof-key.ts'
import { readDiscovery } from './read-discovery.ts'

/**
 * Where discovery is: an http(s) address, or a function that reads the XML from somewhere else, as
 * text or as the bytes of a file. The function gives up when `signal` aborts.
 */
export type DiscoveryLocation =
  | { url: string; fetch?: typeof globalThis.fetch }
  | { read: (signal: AbortSignal) => Promise<string | Uint8Array> }

export type DiscoveryOptions = DiscoveryLocation & {
  /** Age at which discovery is read again, in ms (default: 12 hours). */
  cacheMs?: number
  /** Shortest time from one attempt to the next, in ms (default: 1 minute). */
  refreshEveryMs?: number
  /** How long one attempt may take, in ms (default: 10 seconds). */
  timeoutMs?: number
  /** Gets a warning for each attempt that fails (default: none). */
  log?: Log
  /** @internal The clock, in ms since 1970 UTC. */
  now?: () => number
}

/** The discovery of one WOPI client, kept in memory. */
export interface DiscoveryClient {
  /**
   * Discovery as it was last read. Waits only if it has never been read. When it is older than
   * `cacheMs`, the call still returns it, and reads it again meanwhile.
   *
   * @throws DiscoveryError when it has never been read and cannot be read now
   */
  read(): Promise<Discovery>
  /** The keys of discovery. */
  proofKeys: ProofKeySource
}

/** The result of one successful attempt. */
interface Seen {
  discovery: Discovery
  /** Absent when discovery has no keys, or none that can be used. */
  keys?: ProofKeys
  /** Why the keys cannot be used. */
  keyError?: unknown
  at: number
}

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const CACHE_MS = 12 * HOUR_MS
const REFRESH_EVERY_MS = 1 * MINUTE_MS
const TIMEOUT_MS = 10 * SECOND_MS
/** Shortest time between attempts before discovery and its keys have ever been read, in ms. */
const FIRST_RETRY_MS = 5 * SECOND_MS

/**
 * Creates a reader of a WOPI client's discovery. It reads nothing before the first call. When the
 * client does not answer, or answers nonsense, the last discovery stays.
 *
 * @throws TypeError when `url` is not an http(s) URL, or contains a password
 *
 * @example
 * ```ts
 * import { createDiscovery } from 'wopikit'
 * import { actionUrl, findAction } from 'wopikit/protocol'
 *
 * const discovery = createDiscovery({ read: async () => discoveryXml }) // or { url: 'https://…' }
 * const found = findAction(await discovery.read(), { extension: 'docx', action: 'edit' })
 *
 * assert.ok(found && actionUrl(found.action, { wopiSrc }).startsWith('https://office.example/edit?'))
 * ```
 */
export function createDiscovery(options: DiscoveryOptions): DiscoveryClient {
  const { cacheMs = CACHE_MS, refreshEveryMs = REFRESH_EVERY_MS, log, now = Date.now } = options
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  if ('url' in options) checkUrl(options.url)
  let seen: Seen | undefined
  let attempt: { at: number; outcome: Promise<Seen>; running: boolean } | undefined

  return {
    read: async () => (await latest()).discovery,
    proofKeys: {
      keys: async () => keysOf(await withKeys()),
      refresh: async () => keysOf(await look().catch(last)),
    },
  }

  async function latest(): Promise<Seen> {
    if (!seen) return look()
    if (now() - seen.at >= cacheMs) look().catch(() => {})
    return seen
  }

  /** Discovery without keys is read again and again, because a caller needs the keys. */
  async function withKeys(): Promise<Seen> {
    const known = await latest()
    return known.keys ? known : look().catch(() => known)
  }

  /** Reads discovery, or returns the outcome of the attempt that runs or was made a moment ago. */
  function look(): Promise<Seen> {
    const pauseMs = seen?.keys ? refreshEveryMs : Math.min(refreshEveryMs, FIRST_RETRY_MS)
    if (attempt && (attempt.running || now() - attempt.at < pauseMs)) return attempt.outcome
    const started = { at: now(), outcome: load(), running: true }
    attempt = started
    started.outcome
      .catch((err) => log?.warn({ err }, 'Discovery cannot be read'))
      .finally(() => {
        started.running = false
      })
    return started.outcome
  }

  async function load(): Promise<Seen> {
    const discovery = parseDiscovery(await readXml(options, timeoutMs))
    seen = { discovery, ...(await keysIn(discovery, seen, log)), at: now() }
    return seen
  }

  /** @throws `error` when no read has ever succeeded */
  function last(error: unknown): Seen {
    if (seen) return seen
    throw error
  }
}

async function readXml(location: DiscoveryLocation, timeoutMs: number): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    if ('read' in location) return textOf(await location.read(signal))
    const { url, fetch = globalThis.fetch } = location
    return await readDiscovery(url, { fetch, signal })
  } catch (cause) {
    if (cause instanceof DiscoveryError) throw cause
    const problem = signal.aborted ? `did not arrive within ${timeoutMs} ms` : 'cannot be read'
    throw new DiscoveryError('DISCOVERY_UNAVAILABLE', `Discovery ${problem}`, { cause })
  }
}

function textOf(xml: string | Uint8Array): string {
  return typeof xml === 'string' ? xml : decodeXml(xml)
}

/** Refuses passwords, because errors of `fetch` repeat them. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (!url || !isHttp || url.username !== '' || url.password !== '')
    throw new TypeError('The address of discovery must be an http(s) URL without a password')
}

/**
 * The keys of discovery; the same object while they stay the same. When the keys are broken, the
 * actions and the previous keys remain usable.
 */
async function keysIn(
  { proofKey }: Discovery,
  former: Seen | undefined,
  log: Log | undefined,
): Promise<Pick<Seen, 'keys' | 'keyError'>> {
  if (!proofKey) return {}
  const isSame = JSON.stringify(proofKey) === JSON.stringify(former?.discovery.proofKey)
  if (isSame && former?.keys) return { keys: former.keys }
  const problems: string[] = []
  try {
    const keys = await importProofKeys(proofKey, { onProblem: (text) => problems.push(text) })
    if (problems.length > 0)
      log?.warn(
        { problems },
        'The proof keys of discovery work, but some of their attributes are wrong',
      )
    return { keys }
  } catch (keyError) {
    log?.warn({ err: keyError }, 'The proof keys of discovery cannot be used')
    return former?.keys ? { keys: former.keys } : { keyError }
  }
}

function keysOf({ keys, keyError }: Seen): ProofKeys {
  if (keys) return keys
  throw keyError ?? new DiscoveryError('PROOF_KEY_MISSING', 'Discovery has no proof key')
}
