import type { CaseResult, Failure, GroundLost } from '../report.ts'

/** What several cases fail for. */
export interface Cause {
  kind: GroundLost['kind'] | 'broken-promise' | 'no-answer' | 'answer'
  /** What the host does, in one sentence or two. */
  message: string
  /** What to look at first. */
  advice: string
  /** Property of CheckFileInfo that promises what the host does not have. */
  promise?: string
  /** Operations that were answered so, the most frequent first. */
  operations: readonly string[]
  /** Names of the cases that fail for it. */
  cases: readonly string[]
}

/** How many operations a sentence names. */
const NAMED_MAX = 4

/**
 * What a run failed for: first why it ended early, then the promises that are not kept, then what
 * most cases fail for. Each failed case counts once, by the first thing that was wrong with it.
 */
export function causesOf(results: readonly CaseResult[], stopped?: GroundLost): Cause[] {
  const failed = results.flatMap((result) => {
    const [failure] = result.failures
    return result.verdict === 'fail' && failure && result.name !== stopped?.case
      ? [{ failure, name: result.name }]
      : []
  })
  const groups = [...Map.groupBy(failed, ({ failure }) => causeKey(failure)).values()]
  const causes = groups
    .map((group) => causeOf(group))
    .toSorted((one, other) => rank(one) - rank(other) || other.cases.length - one.cases.length)
  return stopped ? [lostCause(stopped), ...causes] : causes
}

/** The same text for failures of one cause. */
export function causeKey({ operation, message, promise }: Failure): string {
  if (promise !== undefined) return `promise ${promise}`
  // Values of the host's differ from case to case.
  return `${operation} ${message.replace(/"[^"]*"/g, '""').replace(/\d{4,}/g, '0')}`
}

interface FailedCase {
  failure: Failure
  name: string
}

function causeOf(group: readonly FailedCase[]): Cause {
  const [first] = group as [FailedCase]
  const { operation, promise, message, status } = first.failure
  const cases = group.map(({ name }) => name)
  const counted = [...Map.groupBy(group, ({ failure }) => failure.operation)]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([name]) => name)
  const shared = { operations: counted, cases }
  if (promise !== undefined) return { ...shared, ...promiseWords(promise, status, counted) }
  if (status === undefined && message.startsWith('No answer'))
    return {
      ...shared,
      kind: 'no-answer',
      message: `${operation}: ${message}`,
      advice:
        'Read the log of the host, and that of a proxy in front of it: one of them closes the connection.',
    }
  return {
    ...shared,
    kind: 'answer',
    message: `${operation}: ${message}`,
    advice: `Run one case alone and read what goes over the wire: --name ${first.name}`,
  }
}

function promiseWords(
  promise: string,
  status: number | undefined,
  operations: readonly string[],
): Pick<Cause, 'kind' | 'promise' | 'message' | 'advice'> {
  return {
    kind: 'broken-promise',
    promise,
    message: `CheckFileInfo promises ${promise}, but the host answers ${status} to ${listed(operations)}.`,
    advice: `Implement these operations, or leave ${promise} out of CheckFileInfo: their cases are then skipped.`,
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_MAX
  if (more > 1) return `${names.slice(0, NAMED_MAX).join(', ')} and ${more} other operations`
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function lostCause({ kind, message, advice, case: name }: GroundLost): Cause {
  return { kind, message, advice, operations: ['CheckFileInfo'], cases: [name] }
}

function rank({ kind }: Cause): number {
  return kind === 'broken-promise' ? 0 : 1
}
