import type { HostRequest } from '../ports/exchange.ts'
import type { Log } from '../ports/log.ts'
import type { ProofKeySource } from '../ports/proof-keys.ts'
import { WopiError } from '../protocol/errors.ts'
import { HEADERS } from '../protocol/names.ts'
import type { ProofKeys } from '../protocol/proof-key.ts'
import {
  PROOF_MAX_AGE_MS,
  type Proof,
  type ProofVerdict,
  verifyProof,
} from '../protocol/verify-proof.ts'
import { readBearer } from './dispatch.ts'
import { loggedText } from './logged.ts'

export interface ProofCheckOptions {
  source: ProofKeySource
  /** The part of the address before `/wopi`, as clients see it. */
  baseUrl: string
  log: Log
  /** The clock, in ms since 1970 UTC. */
  now?: () => number
}

const MINUTE_MS = 60_000

/** Why a proof is refused, as told to a client that requested `address`. */
const CAUSES: Record<
  Extract<ProofVerdict, { verdict: 'refused' }>['reason'],
  (address: string) => string
> = {
  missing: () => 'This host requires proof keys, but X-WOPI-Proof and X-WOPI-TimeStamp are missing',
  timestamp: () =>
    `X-WOPI-TimeStamp is older than ${PROOF_MAX_AGE_MS / MINUTE_MS} minutes, or in the future: compare the clocks`,
  signature: (address) => `No key of discovery has signed a request to ${address}`,
}
/**
 * Creates the check that a request comes from the client whose keys `source` knows (page "Proof
 * keys"). It looks the keys up again when none of them fits, or only an old one does.
 *
 * @returns a function that throws WopiError `PROOF_INVALID`, or `PROOF_KEYS_UNKNOWN` when no keys
 *   are known
 */
export function createProofCheck(
  options: ProofCheckOptions,
): (request: HostRequest) => Promise<void> {
  const { source, baseUrl, log, now = Date.now } = options

  return async (request) => {
    const proof = readProof(request, baseUrl)
    const keys = await keysOf(source)
    const first = await verifyProof(proof, keys, now())
    const verdict = isForeign(first) ? await verifyAnew(proof, keys) : first
    if (verdict.verdict === 'old') lookAhead()
    if (verdict.verdict !== 'refused') return
    const { reason } = verdict
    const address = baseUrl + pathOf(request)
    const correlationId = loggedText(request.header(HEADERS.correlationId))
    const calledAs = loggedText(request.header('Host'))
    log.warn({ reason, correlationId, address, calledAs }, 'A request had no valid proof')
    throw new WopiError('PROOF_INVALID', { detail: CAUSES[reason](address) })
  }

  async function verifyAnew(proof: Proof, former: ProofKeys): Promise<ProofVerdict> {
    const keys = await source.refresh().catch(() => former)
    if (keys === former) return { verdict: 'refused', reason: 'signature' }
    return verifyProof(proof, keys, now())
  }

  /** The client or discovery has changed its key, so the other one will follow. */
  function lookAhead(): void {
    source
      .refresh()
      .catch((err) =>
        log.warn(
          { err },
          'The proof keys could not be looked up; the host keeps those that it has',
        ),
      )
  }
}

function isForeign(verdict: ProofVerdict): boolean {
  return verdict.verdict === 'refused' && verdict.reason === 'signature'
}

async function keysOf(source: ProofKeySource): Promise<ProofKeys> {
  try {
    return await source.keys()
  } catch (cause) {
    throw new WopiError('PROOF_KEYS_UNKNOWN', { cause })
  }
}

/** The path without the query, which holds the token. */
function pathOf({ target }: HostRequest): string {
  return target.replace(/\?.*$/s, '')
}

function readProof(request: HostRequest, baseUrl: string): Proof {
  return {
    accessTokens: tokenForms(request),
    url: baseUrl + request.target,
    timestamp: request.header(HEADERS.timeStamp),
    proof: request.header(HEADERS.proof),
    proofOld: request.header(HEADERS.proofOld),
  }
}

/** The token of the query, raw and decoded, or the token of the Authorization header. */
function tokenForms(request: HostRequest): string[] {
  const mark = request.target.indexOf('?')
  const query = mark < 0 ? '' : request.target.slice(mark + 1)
  const decoded = new URLSearchParams(query).get('access_token')
  if (!decoded) return [readBearer(request) ?? '']
  const raw = /(?:^|&)access_token=([^&]+)/.exec(query)?.[1]
  return raw === undefined ? [decoded] : [decoded, raw]
}
