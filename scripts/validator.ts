/**
 * Runs Microsoft's cases against `wopikit serve`, in every configuration and with real waits, and
 * writes docs/conformance-results.json. It takes six minutes.
 *
 *   node scripts/validator.ts TestCases.xml
 *
 * Without a path it takes validator/TestCases.xml in the folder WOPIKIT_CONFORMANCE_DIR.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readProofKeys, writeNewProofKeys } from '../src/cli/proof-key-file.ts'
import { dispatch } from '../src/host/dispatch.ts'
import { listSettings } from '../src/server/config.ts'
import type { Suite } from '../src/validator/cases/case.ts'
import { type HttpRequest, headerOf } from '../src/validator/http-message.ts'
import { loadCases } from '../src/validator/node-files.ts'
import { withinTime } from '../src/validator/node-time-limit.ts'
import { createNodeSend } from '../src/validator/node-transport.ts'
import type { CaseResult } from '../src/validator/report.ts'
import { byGroup, countVerdicts } from '../src/validator/reporters/collected-run.ts'
import { type RunOptions, runCases } from '../src/validator/run/run-cases.ts'
import { startServer, wopikit } from '../test/helpers/wopikit-process.ts'
import {
  CONFIGURATIONS,
  type Configuration,
  DOCUMENT_NAME,
} from '../test/validator/configurations.ts'
import type { ConfigurationResults, ConformanceResults } from './conformance-results.ts'
import { RESULTS_FILE } from './conformance-results.ts'

/** How one configuration went. */
interface Run {
  results: ConfigurationResults
  failed: string[]
  /** Which operations were called, and by which cases. */
  calls: { operation: string; group: string; name: string }[]
}

async function runConfiguration(configuration: Configuration, suite: Suite): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-validator-'))
  try {
    const keys = configuration.proven ? await writeNewProofKeys(join(folder, 'key')) : undefined
    const settings = {
      ...configuration.settings,
      ...(keys && { discovery: keys.discoveryFile }),
    }
    const data = join(folder, 'data')
    await using server = await startServer({ dataDir: data, args: flagsOf(settings) })
    const endpoint = await addDocument(configuration, { folder, data, origin: server.origin })
    const proof = keys && (await readProofKeys(keys.keyFile))
    return await run(suite, { endpoint, proof })
  } finally {
    await rm(folder, { recursive: true })
  }
}

function flagsOf(settings: Readonly<Record<string, string>>): string[] {
  return listSettings().flatMap(({ name, flag }) => {
    const value = settings[name]
    return value === undefined ? [] : [flag, value]
  })
}

async function addDocument(
  { permission }: Configuration,
  { folder, data, origin }: { folder: string; data: string; origin: string },
): Promise<RunOptions['endpoint']> {
  const file = join(folder, DOCUMENT_NAME)
  await writeFile(file, '')
  const { fileId } = await wopikit(['add', file, '--data', data])
  const user = ['--user', 'alice', '--name', 'Alice', '--permission', permission]
  const token = await wopikit(['token', String(fileId), ...user, '--data', data])
  return {
    wopiSrc: `${origin}/wopi/files/${fileId}`,
    accessToken: String(token.accessToken),
    accessTokenTtl: Number(token.accessTokenTtl),
  }
}

async function run(suite: Suite, world: Pick<RunOptions, 'endpoint' | 'proof'>): Promise<Run> {
  const results: CaseResult[] = []
  const calls: Run['calls'] = []
  const called = new Set<string>()
  const send = createNodeSend()
  const events = runCases({
    ...world,
    suites: [suite],
    delays: true,
    now: Date.now,
    withinTime,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    send(request, signal) {
      const name = operationOf(request)
      if (name !== undefined) called.add(name)
      return send(request, signal)
    },
  })
  for await (const event of events) {
    if (event.type === 'begin') called.clear()
    if (event.type !== 'end') continue
    results.push(event.result)
    const { group, name, verdict } = event.result
    if (verdict !== 'skip')
      calls.push(...[...called].map((operation) => ({ operation, group, name })))
  }
  return { ...summaryOf(results), calls }
}

function summaryOf(results: CaseResult[]): Pick<Run, 'results' | 'failed'> {
  const groups = byGroup(results).map(({ group, passed, failed, skipped }) => [
    group,
    { passed, failed, skipped },
  ])
  const failed = results.filter(({ verdict }) => verdict === 'fail')
  return {
    results: { ...countVerdicts(results), groups: Object.fromEntries(groups) },
    failed: failed.map(({ group, name, failures }) => `${group}: ${name}: ${failures[0]?.message}`),
  }
}

/** The host's own name for what a request asks for. */
function operationOf({ method, url, headers }: HttpRequest): string | undefined {
  const { pathname, search } = new URL(url)
  const destination = dispatch({
    method,
    target: pathname + search,
    header: (name) => headerOf(headers, name) || undefined,
    contentLength: undefined,
    body: (async function* () {})(),
    signal: AbortSignal.abort(),
  })
  return destination?.operation?.name
}

/** How many cases of each group have called each operation, in one configuration or another. */
function countCalls(runs: readonly Run[]): ConformanceResults['operations'] {
  const all = runs.flatMap(({ calls }) => calls)
  return countBy(all, 'operation', (ofOperation) =>
    countBy(ofOperation, 'group', (ofGroup) => new Set(ofGroup.map(({ name }) => name)).size),
  )
}

function countBy<Count>(
  calls: Run['calls'],
  key: 'operation' | 'group',
  count: (calls: Run['calls']) => Count,
): Record<string, Count> {
  const sorted = [...Map.groupBy(calls, (call) => call[key])].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  )
  return Object.fromEntries(sorted.map(([name, own]) => [name, count(own)]))
}

const path =
  process.argv[2] ?? join(process.env.WOPIKIT_CONFORMANCE_DIR ?? '.', 'validator/TestCases.xml')
const suite = await loadCases(path)
const runs = await Promise.all(CONFIGURATIONS.map((one) => runConfiguration(one, suite)))
const outcomes = CONFIGURATIONS.map(({ name }, at) => ({ name, run: runs[at] as Run }))
for (const { name, run } of outcomes) {
  const { passed, failed, skipped } = run.results
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  for (const line of run.failed) console.log(`  ${line}`)
}
const written: ConformanceResults = {
  cases: suite.groups.reduce((sum, { cases }) => sum + cases.length, 0),
  configurations: Object.fromEntries(outcomes.map(({ name, run }) => [name, run.results])),
  operations: countCalls(runs),
}
await writeFile(RESULTS_FILE, `${JSON.stringify(written, null, 2)}\n`)
console.log('Written. docs/conformance.md shows it after: node scripts/conformance.ts')
if (outcomes.some(({ run }) => run.results.failed > 0 || run.results.passed === 0))
  process.exitCode = 1
