import type { Clause } from '../report.ts'
import type { Request } from './request.ts'
import type { Validator } from './validator.ts'

/**
 * The cases of a validation run as plain data: what Microsoft's TestCases.xml is parsed into, and
 * what built-in suites are written in.
 */

/** The cases of one file or of one built-in suite. */
export interface Suite {
  name: string
  groups: readonly Group[]
  /** Cases that groups name as their prerequisites. */
  prerequisites: readonly Case[]
  /** Documents by id. A resource without bytes is an error only when a case uses it. */
  resources: ReadonlyMap<string, Resource>
  /** JSON schemas by name. */
  schemas: ReadonlyMap<string, unknown>
}

/** A document that cases send or expect. */
export interface Resource {
  id: string
  /** Left out when the file is not there. */
  bytes?: Uint8Array
  /** Where the file was looked for; for the error when it is missing. */
  path: string
  /** Where its chunks begin, in bytes, when the suite says it; else it is cut as its bytes are. */
  chunkOffsets?: readonly number[]
}

export interface Group {
  name: string
  /** Names of cases in `Suite.prerequisites`; all of them run before each case. */
  prerequisites: readonly string[]
  /** A host may be otherwise: where a prerequisite does not hold, the cases do not apply. */
  optional?: boolean
  cases: readonly Case[]
}

/** Microsoft's categories; suites may bring their own. */
export type Category =
  | 'WopiCore'
  | 'OfficeOnline'
  | 'OfficeNativeClient'
  | 'WopiCoauth'
  | (string & {})

export interface Case {
  name: string
  category: Category
  description: string
  /** Whether it waits for locks to expire: runs only when asked for. */
  hasDelay: boolean
  /** Sent in order up to the first that fails. */
  requests: readonly Step[]
  /** Always sent, answers not looked at. */
  cleanup: readonly Step[]
  /** The rule that a failure of this case breaks, unless the check names another. */
  clause?: Clause
}

export type Step = Request | Delay | AtOnce | Pipelined

/** Waits. */
export interface Delay {
  operation: 'Delay'
  seconds: number
}

/** Sends requests in parallel and counts how they end; their own validators and `save` are not used. */
export interface AtOnce {
  operation: 'AtOnce'
  requests: readonly Request[]
  /** Every answer must belong to one outcome, and every outcome have its number of answers. */
  outcomes: readonly Outcome[]
  clause?: Clause
}

/**
 * Sends requests on one connection, each without waiting for the answer to the one before. Every
 * answer is checked as that of a single request; what it saves, later answers may be compared with.
 */
export interface Pipelined {
  operation: 'Pipelined'
  requests: readonly Request[]
}

export interface Outcome {
  /** In words, for the failure's text: `the winner`. */
  name: string
  /** How many of the answers end so. */
  count: number | { min: number; max: number }
  /** All of them hold for an answer that ends so. */
  validators: readonly Validator[]
}
