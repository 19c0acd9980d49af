import type { Suite } from '../validator/cases/case.ts'
import { CasesError } from '../validator/cases/cases-error.ts'
import { selectCases } from '../validator/cases/select-cases.ts'
import { loadCases } from '../validator/node-files.ts'
import { SUITES } from '../validator/suites/index.ts'
import { UsageError, userPath } from './transfer.ts'

/** The cases that a command line chooses. */
export interface CaseChoice {
  cases?: string
  builtIn?: boolean
  suite?: string[]
  group?: string[]
  name?: string[]
  category?: string[]
}

/** A case, as `--list` shows it. */
export interface ListedCase {
  group: string
  name: string
  category: string
  /** Whether it runs only with `--delays`. */
  hasDelay: boolean
  description: string
}

/** @throws UsageError when the file of cases cannot be used, or a suite is unknown */
export async function chooseSuites(
  { cases, builtIn, suite }: CaseChoice,
  env: NodeJS.ProcessEnv,
): Promise<Suite[]> {
  const own = builtInSuites(suite)
  if (cases === undefined) return own
  const loaded = await loadCases(userPath(cases, env)).catch(asUsageError)
  return builtIn || suite ? [loaded, ...own] : [loaded]
}

function builtInSuites(wanted: readonly string[] | undefined): Suite[] {
  const names = SUITES.map(({ name }) => name)
  const unknown = wanted?.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`There is no suite ${unknown}; there is ${names.join(', ')}.`)
  return SUITES.filter(({ name }) => wanted?.includes(name) ?? true)
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
