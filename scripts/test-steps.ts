import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { glob } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { inspect } from 'node:util'

/** What one step has shown. */
export interface Outcome {
  passed: number
  /** Each failure: a line, and below it what is known of it. */
  failed: string[]
  /** A line for each test that was skipped, with its reason. */
  skipped: string[]
}

/** What the summary tells of one failure at most, since the rest of the output may be far away. */
const DETAIL_LINES = 40
const DETAIL_LINE_CHARACTERS = 4000

/** Exit code of a program that could not check anything, as test harnesses have it. */
export const SKIPPED = 77

/** A step that is one program: it passes when the program exits with 0, and may be skipped. */
export async function runCommand(command: string, ...args: string[]): Promise<Outcome> {
  // Windows starts the commands of packages through a shell only.
  const child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  const outcome = await once(child, 'exit').then(
    ([code, signal]) => (code === 0 ? undefined : `ended with ${code ?? signal}`),
    (error: Error) => error.message,
  )
  const title = [command, ...args].join(' ')
  if (outcome === undefined) return { passed: 1, failed: [], skipped: [] }
  if (outcome === `ended with ${SKIPPED}`)
    return { passed: 0, failed: [], skipped: [`${title} (it cannot run here; see above)`] }
  return { passed: 0, failed: [`${title}: ${outcome}`], skipped: [] }
}

/** A step made of test files. Finding no test is a failure. */
export async function runTestFiles(patterns: string[], exclude: string[] = []): Promise<Outcome> {
  const files: string[] = []
  for await (const file of glob(patterns, { exclude })) files.push(file)
  const outcome: Outcome = { passed: 0, failed: [], skipped: [] }
  const tests = run({ files: files.toSorted(), concurrency: availableParallelism() })
  tests.on('test:pass', (test) => {
    if (test.details.type === 'suite') return
    if (test.skip === undefined) outcome.passed += 1
    else outcome.skipped.push(line(test, typeof test.skip === 'string' ? test.skip : ''))
  })
  tests.on('test:fail', (test) => {
    // A suite fails because of a test in it, which is counted, or of a hook, which is not.
    const { error } = test.details
    if ('failureType' in error && error.failureType === 'subtestsFailed') return
    outcome.failed.push(line(test, '') + details(error.cause ?? error))
  })
  const report = tests.compose(spec)
  report.pipe(process.stdout)
  await once(report, 'end')
  if (outcome.passed + outcome.failed.length === 0)
    outcome.failed.push(`no test ran in ${patterns.join(' ')}`)
  return outcome
}

function line(test: { file?: string; name: string }, note: string): string {
  const place = test.file ? `${relative('.', test.file)}: ` : ''
  return `${place}${test.name}${note && ` (${note.split('\n')[0]})`}`
}

/** The error with its causes, indented; for a property this includes how to run it again. */
function details(error: unknown): string {
  const lines = (typeof error === 'string' ? error : inspect(error)).split('\n')
  return lines
    .slice(0, DETAIL_LINES)
    .map((text) => `\n    ${text.slice(0, DETAIL_LINE_CHARACTERS)}`)
    .join('')
}

/** Prints what was skipped and what failed, then the counts; true when all is well. */
export function printSummary(outcomes: readonly Outcome[]): boolean {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  const failed = outcomes.flatMap((outcome) => outcome.failed)
  const skipped = outcomes.flatMap((outcome) => outcome.skipped)
  console.log('\n=== Summary')
  for (const entry of skipped) console.log(`skipped: ${entry}`)
  for (const entry of failed) console.log(`FAILED: ${entry}`)
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`)
  return failed.length === 0 && passed > 0
}
