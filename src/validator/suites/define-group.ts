import type { Case, Group, Step } from '../cases/case.ts'
import type { Clause } from '../report.ts'

/** A case as it is written down: what is the same for all of them is left out. */
export interface CaseDraft {
  /** What it does, in one sentence. */
  description: string
  /** The rule that it proves. */
  clause: Clause
  requests: readonly Step[]
  cleanup: readonly Step[]
}

const CATEGORY = 'BuiltIn'

/** A group of cases by their names; the full names begin with the group's. */
export function defineGroup(
  name: string,
  prerequisites: readonly string[],
  drafts: Readonly<Record<string, CaseDraft>>,
): Group {
  const cases = Object.entries(drafts).map(([own, draft]): Case => {
    const hasDelay = draft.requests.some(({ operation }) => operation === 'Delay')
    return { ...draft, name: `${name}.${own}`, category: CATEGORY, hasDelay }
  })
  return { name, prerequisites, cases }
}

/** The same group for some hosts only: others need not meet its prerequisites. */
export function optional(group: Group): Group {
  return { ...group, optional: true }
}

/** The same rule of a page for several cases. */
export function clause(page: string, rule: string): Clause {
  return { page, rule }
}
