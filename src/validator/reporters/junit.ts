import type { CaseResult, Failure, RunEvent } from '../report.ts'
import { byGroup, type CollectedRun, collectRun, type GroupResults } from './collected-run.ts'
import { exchangeText, failureText, oneLine, visible } from './shown-text.ts'

/** Writes JUnit XML when the run is done: a `testsuite` for each group. */
export function createJunitReporter(write: (text: string) => void): (event: RunEvent) => void {
  return collectRun((run) => write(documentOf(run)))
}

function documentOf({ results, totals, durationMs }: CollectedRun): string {
  const tests = results.length
  const { failed, skipped } = totals
  const counts = attributes({ tests, failures: failed, skipped, time: seconds(durationMs) })
  const suites = byGroup(results).map(suite).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="wopikit validate"${counts}>\n${suites}</testsuites>\n`
}

function suite({ group, results, failed, skipped, durationMs }: GroupResults): string {
  const counts = attributes({
    name: group,
    tests: results.length,
    failures: failed,
    errors: 0,
    skipped,
    time: seconds(durationMs),
  })
  return `  <testsuite${counts}>\n${results.map(testCase).join('')}  </testsuite>\n`
}

function testCase(result: CaseResult): string {
  const { group, name, durationMs, verdict } = result
  const head = `    <testcase${attributes({ name, classname: group, time: seconds(durationMs) })}`
  if (verdict === 'pass') return `${head}/>\n`
  const inside = verdict === 'skip' ? skipped(result) : failure(result)
  return `${head}>\n      ${inside}\n    </testcase>\n`
}

function skipped({ skipReason = '' }: CaseResult): string {
  return `<skipped${attributes({ message: skipReason })}/>`
}

function failure({ failures, exchanges }: CaseResult): string {
  const message = failures[0]?.message ?? 'failed'
  const text = [...failures.map(failureText), ...exchanges.map(exchangeText)].join('\n\n')
  return `<failure${attributes({ message, type: kindOf(failures[0]) })}>${escapeXml(text)}</failure>`
}

/** Groups failures of one kind in tools that read reports. */
function kindOf(failure: Failure | undefined): string {
  return failure?.promise === undefined ? 'conformance' : `broken promise: ${failure.promise}`
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(oneLine(String(value)))}"`)
    .join('')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
