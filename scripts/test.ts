/**
 * Proves the whole project and says how much was proven.
 *
 *   node scripts/test.ts              every step
 *   node scripts/test.ts unit crash   only these
 */
import { join } from 'node:path'
import { type Outcome, printSummary, runCommand, runTestFiles } from './test-steps.ts'

process.chdir(join(import.meta.dirname, '..'))

/** Kills in an ordinary run; `npm run test:crash` does the hundred. */
const FEW_KILLS = '3'
const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts']
const OWN_STEPS = ['test/package/**', 'test/fixtures/**']

const STEPS: Record<string, { title: string; run: () => Promise<Outcome> }> = {
  wasm: {
    title: 'The compiled SpookyHash is what its source says',
    run: () => runCommand('node', 'scripts/build-wasm.ts', '--check'),
  },
  docs: {
    title: 'The generated documentation is up to date',
    run: () => runCommand('node', 'scripts/docs.ts', '--check'),
  },
  rooms: {
    title: 'The rules of the linter and the drawings follow the table of arrows',
    run: () => runCommand('node', 'scripts/rooms.ts', '--check'),
  },
  reference: {
    title: 'The API reference is up to date',
    run: () => runCommand('node', 'scripts/api-docs.ts', '--check'),
  },
  conformance: {
    title: 'The conformance page is up to date, and tests show its choices',
    run: () => runCommand('node', 'scripts/conformance.ts', '--check'),
  },
  lint: {
    title: 'Lint, format and import arrows',
    run: () => runCommand('biome', 'check', '--error-on-warnings', '.'),
  },
  types: { title: 'Types', run: () => runCommand('tsc', '--noEmit') },
  unit: {
    title: 'Unit, property, contract and HTTP tests',
    run: () => runTestFiles(TEST_FILES, OWN_STEPS),
  },
  crash: {
    title: 'A server killed under load loses nothing',
    run: () => runCommand('node', 'test/crash/run.ts', '--kills', FEW_KILLS),
  },
  package: {
    title: 'The package installs and runs outside the repository',
    run: () => runTestFiles(['test/package/*.test.ts']),
  },
}

function chosenSteps(names: string[]): (typeof STEPS)[string][] {
  if (names.length === 0) return Object.values(STEPS)
  return names.map((name) => {
    const step = STEPS[name]
    if (!step) throw new Error(`No step ${name}; there are: ${Object.keys(STEPS).join(', ')}`)
    return step
  })
}

const outcomes: Outcome[] = []
for (const step of chosenSteps(process.argv.slice(2))) {
  console.log(`\n=== ${step.title}`)
  const startedAt = performance.now()
  const outcome = await step.run()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`--- ${outcome.failed.length ? 'FAILED' : 'passed'} in ${seconds} s`)
  outcomes.push(outcome)
}
const good = printSummary(outcomes)
process.exit(good ? 0 : 1)
