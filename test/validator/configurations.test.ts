import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { Suite } from '../../src/validator/cases/case.ts'
import { loadCases } from '../../src/validator/node-files.ts'
import type { CaseResult } from '../../src/validator/report.ts'
import { runCases } from '../../src/validator/run/run-cases.ts'
import { CONFIGURATIONS, type Configuration } from './configurations.ts'
import { openValidatedHost } from './validated-host.ts'

const CONFORMANCE_DIR = process.env.WOPIKIT_CONFORMANCE_DIR
const skip = CONFORMANCE_DIR ? false : 'WOPIKIT_CONFORMANCE_DIR is not set'

/** How many cases pass; the others are skipped, for they are about another configuration. */
const PASSED = { A: 205, B: 154, C: 168, P: 212 } as const

describe("Microsoft's cases", { skip }, () => {
  let suite: Suite
  const executed = new Set<string>()

  before(async () => {
    suite = await loadCases(join(CONFORMANCE_DIR ?? '', 'validator/TestCases.xml'))
  })

  async function run(configuration: Configuration): Promise<CaseResult[]> {
    await using host = await openValidatedHost(configuration)
    const results: CaseResult[] = []
    for await (const event of runCases({ suites: [suite], ...host, delays: true }))
      if (event.type === 'end') results.push(event.result)
    for (const { name, verdict } of results) if (verdict !== 'skip') executed.add(name)
    return results
  }

  for (const configuration of CONFIGURATIONS) {
    const { name, purpose } = configuration
    test(`pass in configuration ${name}: ${purpose}`, async () => {
      const results = await run(configuration)

      const failed = results.filter(({ verdict }) => verdict === 'fail')
      const passed = results.filter(({ verdict }) => verdict === 'pass')
      assert.deepEqual(failed.map(describeFailed), [])
      assert.equal(passed.length, PASSED[name])
    })
  }

  test('have each been executed in one of the configurations', () => {
    const all = suite.groups.flatMap(({ cases }) => cases.map(({ name }) => name))

    assert.deepEqual(
      all.filter((name) => !executed.has(name)),
      [],
    )
    assert.equal(all.length, 224)
  })
})

function describeFailed({ group, name, failures }: CaseResult): string {
  return `${group}: ${name}: ${failures.map(({ message }) => message).join('; ')}`
}
