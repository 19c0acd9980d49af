import { HEADERS } from '../../protocol/names.ts'
import type { ProofInput } from '../../protocol/proof-message.ts'
import type { ProofMutator } from '../cases/request.ts'
import type { HeaderLine } from '../http-message.ts'

/** Signs requests with the keys that the host knows from discovery. */
export interface ProofSigner {
  /** Both signatures as Base64: with the current key and with the old one. */
  sign(input: ProofInput): Promise<{ current: string; old: string }>
}

/** Ticks from the year 1 to 1970. */
const UNIX_EPOCH_TICKS = 621_355_968_000_000_000n
const TICKS_PER_MS = 10_000n
/** Base64 of `INVALID`: no signature at all, not even of the right length. */
const GARBAGE = 'SU5WQUxJRA=='

/** The headers that prove where a request comes from, spoilt as the mutator says. */
export async function proofHeaders(
  request: { accessToken: string; url: string; now: number },
  signer: ProofSigner,
  mutator: ProofMutator = {},
): Promise<HeaderLine[]> {
  const { accessToken, url, now } = request
  const time = mutator.timestamp === undefined ? now : Date.parse(mutator.timestamp)
  const timestamp = UNIX_EPOCH_TICKS + BigInt(Math.trunc(time)) * TICKS_PER_MS
  const { proof, proofOld } = mutate(await signer.sign({ accessToken, url, timestamp }), mutator)
  return [
    [HEADERS.proof, proof],
    [HEADERS.proofOld, proofOld],
    [HEADERS.timeStamp, String(timestamp)],
  ]
}

function mutate({ current, old }: { current: string; old: string }, mutator: ProofMutator) {
  switch (mutator.keyRelation) {
    case 'Ahead':
      return { proof: GARBAGE, proofOld: current }
    case 'Behind':
      return { proof: old, proofOld: GARBAGE }
    default:
      return {
        proof: mutator.mutateCurrent ? GARBAGE : current,
        proofOld: mutator.mutateOld ? GARBAGE : old,
      }
  }
}
