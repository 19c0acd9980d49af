import type { Suite } from '../cases/case.ts'
import type { Validator } from '../cases/validator.ts'
import type { Clause } from '../report.ts'
import type { State } from '../requests/state.ts'

/**
 * Does work that may never end by itself, such as matching a pattern that comes from a file, and
 * returns what the work returns.
 *
 * @throws CaseError when it takes too long
 */
export type TimeLimit = <Result>(work: () => Result) => Result

/** What an answer is checked against, beside the validators. */
export interface CheckContext {
  state: State
  suite: Pick<Suite, 'resources' | 'schemas'>
  /** Of the request: the answer to HEAD has no body. */
  method?: string
  /** In ms since 1970 UTC. */
  now(): number
  withinTime: TimeLimit
}

/** What an answer lacks. */
export interface Problem {
  message: string
  /** In a prerequisite: what the answer says or does not say, `does not say SupportsRename = true`. */
  lack?: string
  /** What failed; left out when that was no validator. */
  validator?: Validator
  clause?: Clause
}
