import type { Case, Group, Suite } from './case.ts'
import { CasesError } from './cases-error.ts'

/** Which cases are run; what is left out does not narrow the selection. */
export interface Selection {
  groups?: readonly string[]
  /** Names of cases. */
  names?: readonly string[]
  categories?: readonly string[]
}

/** A case with where it belongs. */
export interface SelectedCase {
  suite: Suite
  group: Group
  case: Case
}

/**
 * The cases that match every part of a selection, in their order. Prerequisites are no matter of
 * selection: a group brings its own.
 *
 * @throws CasesError when a name is unknown, which tells those that are known
 */
export function selectCases(suites: readonly Suite[], selection: Selection): SelectedCase[] {
  const all = suites.flatMap((suite) =>
    suite.groups.flatMap((group) => group.cases.map((entry) => ({ suite, group, case: entry }))),
  )
  checkKnown('group', selection.groups, suites.flatMap(groupNames))
  checkKnown(
    'case',
    selection.names,
    all.map((entry) => entry.case.name),
  )
  checkKnown(
    'category',
    selection.categories,
    all.map((entry) => entry.case.category),
  )
  return all.filter(
    (entry) =>
      includes(selection.groups, entry.group.name) &&
      includes(selection.names, entry.case.name) &&
      includes(selection.categories, entry.case.category),
  )
}

function groupNames({ groups }: Suite): string[] {
  return groups.map(({ name }) => name)
}

function includes(wanted: readonly string[] | undefined, name: string): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.includes(name)
}

function checkKnown(kind: string, wanted: readonly string[] = [], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const near = [...new Set(known)].filter((name) => isNear(name, unknown))
  const hint = near.length > 0 ? `; there is ${near.join(', ')}` : ''
  throw new CasesError(`There is no ${kind} ${unknown}${hint}`)
}

/** Whether one contains the other, apart from case. */
function isNear(name: string, other: string): boolean {
  const [left, right] = [name.toLowerCase(), other.toLowerCase()]
  return left.includes(right) || right.includes(left)
}
