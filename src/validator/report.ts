/** What a run of the validator tells, case by case: the one thing that all reporters read. */

/** `skip` is no success: it tells which requirement the host does not meet or promise. */
export type Verdict = 'pass' | 'fail' | 'skip'

/** Where a rule is written. */
export interface Clause {
  /** Title of the documentation's page, such as `PutChunkedFile`. */
  page: string
  /** The rule in one sentence. */
  rule: string
}

/** A request and what came back, fit to be shown: without access tokens, bodies shortened. */
export interface ShownExchange {
  /** Name of the operation, such as `GetCoauthLock`. */
  operation: string
  method: string
  url: string
  requestHeaders: readonly (readonly [name: string, value: string])[]
  /** The beginning of the body as text, its frames, or a note on its size; empty without one. */
  requestBody: string
  /** Left out when there was no answer. */
  response?: {
    status: number
    headers: readonly (readonly [name: string, value: string])[]
    body: string
  }
  /** Why there was no answer. */
  error?: string
  durationMs: number
}

/** One expectation that an answer did not meet. */
export interface Failure {
  /** What was expected and what came, in words. */
  message: string
  clause?: Clause
  /** Name of the operation that was answered so. */
  operation: string
  /** Of the answer; left out when there was none. */
  status?: number
  /** Property of CheckFileInfo that promises the operation, when the host says it does not have it. */
  promise?: string
}

/** Why a run ended early: what every other case needs is gone. */
export interface GroundLost {
  kind: 'unreachable' | 'token-refused' | 'document-gone' | 'no-file-info'
  /** What the host does, in words. */
  message: string
  /** What to look at first. */
  advice: string
  /** Name of the case in which it was found. */
  case: string
}

/** How one case ended. */
export interface CaseResult {
  group: string
  name: string
  category: string
  description: string
  verdict: Verdict
  /** Why it was skipped: the property or option that is missing. */
  skipReason?: string
  /** The case is about another kind of host, so that its skip says nothing against this one. */
  notApplicable?: true
  /** Empty unless it failed. */
  failures: readonly Failure[]
  /** What went over the wire up to the failure; empty unless it failed. */
  exchanges: readonly ShownExchange[]
  durationMs: number
}

/** Counts over cases; those that do not apply are in none of them. */
export interface Totals {
  passed: number
  failed: number
  skipped: number
}

export interface RunStart {
  type: 'start'
  wopiSrc: string
  /** How many cases are to run. */
  cases: number
  /** How many more were chosen, but wait for locks to expire, which was not asked for. */
  leftOut: number
}

/** What a reporter is told, in this order: `start`, then `begin` and `end` of each case, then `done`. */
export type RunEvent =
  | RunStart
  | { type: 'begin'; group: string; name: string; index: number }
  | { type: 'end'; result: CaseResult; index: number }
  | { type: 'done'; totals: Totals; durationMs: number; stopped?: GroundLost }
