import { readFile, stat } from 'node:fs/promises'
import { createDiscovery, type DiscoveryClient } from '../http/discovery-client.ts'
import type { Log } from '../ports/log.ts'
import type { ProofKeySource } from '../ports/proof-keys.ts'
import { type Discovery, findAction } from '../protocol/discovery.ts'
import { DiscoveryError } from '../protocol/discovery-error.ts'
import { DISCOVERY_MAX_CHARS } from '../protocol/parse-discovery.ts'
import type { Config } from './config.ts'
import { ServerError } from './errors.ts'

/** The addresses of Office's services for coauthoring; empty while they are unknown. */
export interface CoauthAddresses {
  collab: string
  rtc: string
}

/** The parts of a client's discovery that a server uses. */
export interface ServerDiscovery {
  /** Absent when the server demands no proofs. */
  proofKeys?: ProofKeySource
  coauthAddresses(): CoauthAddresses
}

/** Largest accepted discovery file, in bytes: two for each character, as in UTF-16. */
const FILE_MAX_BYTES = 2 * DISCOVERY_MAX_CHARS
const NOWHERE: CoauthAddresses = { collab: '', rtc: '' }

/** Whether the setting `discovery` is an address; otherwise it is a file. */
export function isDiscoveryAddress(discovery: string): boolean {
  return /^https?:\/\//i.test(discovery)
}

/**
 * Reads the discovery that the settings name. The server starts even if the address cannot be
 * reached, or its discovery cannot be used: it tries again later, and until then refuses requests
 * that need the keys.
 *
 * @throws ServerError DISCOVERY_UNUSABLE for a file that cannot be read, is not a discovery
 *   document, or has broken keys, when proofs are demanded
 */
export async function openDiscovery(
  { discovery: location, proofKeys }: Pick<Config, 'discovery' | 'proofKeys'>,
  { log, now }: { log: Log; now?: () => number },
): Promise<ServerDiscovery> {
  if (location === '') return { coauthAddresses: () => NOWHERE }
  const isAddress = isDiscoveryAddress(location)
  const source = isAddress ? { url: location } : { read: fileReader(location) }
  const client = createDiscovery({ ...source, log, ...(now && { now }) })
  try {
    await (proofKeys ? client.proofKeys.keys() : client.read())
  } catch (cause) {
    const isMissing = cause instanceof DiscoveryError && cause.code === 'PROOF_KEY_MISSING'
    if (proofKeys && !isAddress && !isMissing)
      throw new ServerError('DISCOVERY_UNUSABLE', reasonOf(location, cause), { cause })
    if (isMissing)
      log.warn(
        {},
        'Discovery has no proof key, so the host refuses all requests. Set proofKeys to off to accept them',
      )
  }
  return {
    ...(proofKeys && { proofKeys: client.proofKeys }),
    coauthAddresses: await followAddresses(client),
  }
}

/** The addresses in the last discovery; each call also has an outdated discovery read again. */
async function followAddresses(client: DiscoveryClient): Promise<() => CoauthAddresses> {
  let seen: Discovery | undefined
  let addresses = NOWHERE

  async function look(): Promise<void> {
    // The log already has the attempts that failed.
    const discovery = await client.read().catch(() => seen)
    if (discovery === seen) return
    seen = discovery
    addresses = discovery ? addressesIn(discovery) : NOWHERE
  }

  await look()
  return () => {
    void look()
    return addresses
  }
}

function addressesIn(discovery: Discovery): CoauthAddresses {
  return { collab: addressOf(discovery, 'collab'), rtc: addressOf(discovery, 'rtc') }
}

/** The address of an action, without its placeholders; empty when there is no such action. */
function addressOf(discovery: Discovery, action: string): string {
  const urlsrc = findAction(discovery, { action })?.action.urlsrc ?? ''
  return urlsrc.replace(/<[^<>]*>/g, '').replace(/[?&]+$/, '')
}

function fileReader(path: string): (signal: AbortSignal) => Promise<Uint8Array> {
  return async (signal) => {
    const { size } = await stat(path)
    if (size > FILE_MAX_BYTES) throw new Error(`it has more than ${FILE_MAX_BYTES} bytes`)
    return readFile(path, { signal })
  }
}

function reasonOf(path: string, cause: unknown): string {
  return `${path} (${cause instanceof Error ? cause.message : cause})`
}
