import type { Suite, Validator } from './model.ts'
import type { Clause } from './report.ts'
import type { State } from './state.ts'

/** What an answer is checked against, beside the validators. */
export interface CheckContext {
  state: State
  suite: Pick<Suite, 'resources' | 'schemas'>
  /** In ms since 1970 UTC. */
  now(): number
}

/** What an answer lacks. */
export interface Problem {
  message: string
  /** In a prerequisite: what the answer says or does not say, `has no SupportsRename = true`. */
  lack?: string
  /** What failed; left out when that was no validator. */
  validator?: Validator
  clause?: Clause
}
