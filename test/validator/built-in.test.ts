import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { decodeLocks, liveLocks } from '../../src/protocol/locks/state.ts'
import type { CaseResult } from '../../src/validator/report.ts'
import { SUITES } from '../../src/validator/suites/index.ts'
import { testBytes } from '../helpers/test-host.ts'
import { describeResult, openBuiltInHost, runBuiltIn } from './built-in-host.ts'
import { CONFIGURATIONS, type Configuration } from './configurations.ts'
import { openValidatedHost } from './validated-host.ts'

const GROUPS = SUITES.flatMap(({ groups }) => groups)
const CASES = GROUPS.flatMap(({ cases }) => cases)
/** For hosts without locks: the others skip it. */
const WITHOUT_LOCKS = 'UnlockedSaves'
/** What a mount does, or a clock that goes on: a host in this process has neither. */
const OF_HTTP = /^Client(?:Saves|Times|Http|FileUrl|Cache|FileUrlCache)\./
/** What a host with all its features has to pass. */
const DUE = GROUPS.filter(({ name }) => name !== WITHOUT_LOCKS)
  .flatMap(({ cases }) => cases)
  .map(({ name }) => name)

/** More than these many sessions of one user are refused by hosts that know a limit. */
const SESSIONS_LEFT_MAX = 4

describe('The built-in suites', () => {
  test('have each case under a name of its own, with the rule that it proves', () => {
    const names = CASES.map(({ name }) => name)

    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    )
    const unclear = CASES.filter(({ clause, description }) => !clause?.rule || !description)
    assert.deepEqual(unclear, [])
  })

  test('name no prerequisite that is not there', () => {
    const missing = SUITES.flatMap(({ prerequisites, groups }) => {
      const known = prerequisites.map(({ name }) => name)
      const named = groups.flatMap((group) => group.prerequisites)
      return named.filter((name) => !known.includes(name))
    })

    assert.deepEqual(missing, [])
  })

  test('have the groups that docs/validate.md begins with', async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/validate.md'), 'utf8')

    const named = [...text.matchAll(/--group (\w+)/g)].map(([, group]) => group)

    const known = GROUPS.map(({ name }) => name)
    assert.deepEqual(
      named.filter((name) => name === undefined || !known.includes(name)),
      [],
    )
    assert.ok(named.length > 0)
  })

  describe('against a host over SQLite and a folder', () => {
    let results: CaseResult[]

    before(async () => {
      await using host = await openValidatedHost(CONFIGURATIONS[0] as Configuration)
      results = await runBuiltIn(host, { selection: { names: DUE }, delays: true })
    })

    for (const { name, cases } of GROUPS) {
      const due = cases.filter((entry) => DUE.includes(entry.name))
      if (due.length === 0) continue
      test(`${name} passes`, () => {
        const own = results.filter(({ group }) => group === name)

        const others = own.filter(({ verdict }) => verdict !== 'pass')
        assert.deepEqual(others.map(describeResult), [])
        assert.equal(own.length, due.length)
      })
    }
  })

  test('pass at a host whose application has no locks', async () => {
    const features = { properties: () => ({ SupportsLocks: false }) }
    const { world } = await openBuiltInHost({ features })

    const results = await runBuiltIn(world, { selection: { groups: [WITHOUT_LOCKS] } })

    const others = results.filter(({ verdict }) => verdict !== 'pass')
    assert.deepEqual(others.map(describeResult), [])
  })

  test('pass without HTTP, whatever the document holds, and leave it without locks', async () => {
    const { host, world } = await openBuiltInHost({ content: testBytes(100_000) })
    const locked: string[] = []

    const selection = { names: DUE.filter((name) => !OF_HTTP.test(name)) }
    const results = await runBuiltIn(world, { selection, delays: true }, async ({ name }) => {
      const found = await host.content.metadata.readDocument(host.fileId)
      const locks = liveLocks(decodeLocks(found?.document.locks ?? null), host.now())
      if (locks.kind !== 'unlocked') locked.push(name)
    })

    const others = results.filter(({ verdict }) => verdict !== 'pass')
    assert.deepEqual(others.map(describeResult), [])
    assert.deepEqual(locked, [])
  })

  test('end the upload sessions that they open', async () => {
    const { host, world } = await openBuiltInHost()

    await runBuiltIn(world, { selection: { names: DUE } })

    const { sessions } = await host.content.metadata.listSessions({ limit: 10_000 })
    const open = sessions.filter(({ committed }) => !committed)
    assert.ok(open.length <= SESSIONS_LEFT_MAX, `${open.length} sessions are open`)
  })

  test('skip what the host does not promise, and name the property', async () => {
    const { world } = await openBuiltInHost({ features: { uploadSessions: false } })

    const results = await runBuiltIn(world, { selection: { names: DUE } })

    const reasons = new Set(results.flatMap(({ skipReason = [] }) => skipReason))
    assert.deepEqual([...reasons].sort(), [
      'CheckFileInfo does not say SupportsCoauth = true',
      'CheckFileInfo does not say SupportsResumableFileTransfer = true',
      'CheckFileInfo has no HostViewUrl',
    ])
  })
})
