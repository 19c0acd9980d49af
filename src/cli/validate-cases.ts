import type { Suite } from '../validator/cases/case.ts'
import { CasesError } from '../validator/cases/cases-error.ts'
import { selectCases } from '../validator/cases/select-cases.ts'
import { loadCases } from '../validator/node-files.ts'
import { BUILT_IN } from '../validator/suites/index.ts'
import { UsageError, userPath } from './transfer.ts'

/** Which cases a command line is about. */
export interface CaseChoice {
  cases?: string
  builtIn?: boolean
  group?: string[]
  name?: string[]
  category?: string[]
}

/** A case, as `--list` tells it. */
export interface ListedCase {
  group: string
  name: string
  category: string
  /** Whether it only runs with `--delays`. */
  hasDelay: boolean
  description: string
}

/** @throws UsageError when the file of cases cannot be used */
export async function chooseSuites(
  { cases, builtIn }: CaseChoice,
  env: NodeJS.ProcessEnv,
): Promise<Suite[]> {
  if (cases === undefined) return [BUILT_IN]
  const loaded = await loadCases(userPath(cases, env)).catch(asUsageError)
  return builtIn ? [loaded, BUILT_IN] : [loaded]
}

/** @throws UsageError when a group, case or category is unknown */
export function listCases(suites: readonly Suite[], choice: CaseChoice): ListedCase[] {
  try {
    return selectCases(suites, selectionOf(choice)).map(({ group, case: entry }) => ({
      group: group.name,
      name: entry.name,
      category: entry.category,
      hasDelay: entry.hasDelay,
      description: entry.description,
    }))
  } catch (error) {
    return asUsageError(error)
  }
}

export function selectionOf({ group = [], name = [], category = [] }: CaseChoice) {
  return { groups: group, names: name, categories: category }
}

function asUsageError(error: unknown): never {
  throw error instanceof CasesError ? new UsageError(error.message) : error
}
