import type { Case, Step, Suite } from '../cases/case.ts'
import type { TimeLimit } from '../checks/check-context.ts'
import type { Transport } from '../http-message.ts'
import type { Failure } from '../report.ts'
import type { Endpoint } from '../requests/addresses.ts'
import type { ProofSigner } from '../requests/proof-headers.ts'
import type { State } from '../requests/state.ts'
import type { Exchange } from './show.ts'

/** What cases need of the world. */
export interface World extends Transport {
  endpoint: Endpoint
  proof?: ProofSigner | undefined
  /** In ms since 1970 UTC. */
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  withinTime: TimeLimit
  signal?: AbortSignal | undefined
}

/** How the requests of a case went. */
export interface CaseRun {
  failures: (Failure & { lack?: string })[]
  exchanges: Exchange[]
  /** Every access token that was sent. */
  tokens: Set<string>
  /** Why the host could not be judged. */
  skipReason?: string
}

/** A case under way. */
export interface Run extends CaseRun, World {
  case: Case
  suite: Suite
  state: State
}

/** The operation of a step, as reports call it. */
export function nameOf(step: Step): string {
  return step.operation === 'Raw' ? step.name : step.operation
}
