import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { caseOf, type Played, play, suiteOf } from '../../../test/helpers/play-cases.ts'
import { CasesError } from '../cases/cases-error.ts'
import type { Request } from '../cases/request.ts'
import type { RunOptions } from './run-cases.ts'

const LOCK: Request = { operation: 'Lock', lock: 'L' }
const UNLOCK: Request = { operation: 'Unlock', lock: 'L' }
const GET_LOCK: Request = { operation: 'GetLock' }
const OK = () => ({})

describe('prerequisites', () => {
  const supportsRename = (expected: boolean) =>
    caseOf(
      [
        {
          operation: 'CheckFileInfo',
          validators: [
            {
              check: 'json',
              properties: [
                { name: 'SupportsRename', type: 'boolean', expected, required: expected },
              ],
            },
          ],
        },
      ],
      { name: 'P' },
    )
  const group = { prerequisites: ['P'], cases: [caseOf([LOCK]), caseOf([LOCK])] }

  test('run before every case', async () => {
    const { sent } = await play(suiteOf([group], [supportsRename(true)]), () => ({
      body: '{"SupportsRename":true}',
    }))

    assert.deepEqual(sent, ['GET', 'LOCK', 'GET', 'LOCK'])
  })

  test('make a case a skip that names the property which is missing', async () => {
    const { results, sent } = await play(suiteOf([group], [supportsRename(true)]), () => ({
      body: '{}',
    }))

    assert.deepEqual(sent, ['GET', 'GET'])
    assert.equal(results[0]?.verdict, 'skip')
    assert.equal(results[0]?.skipReason, 'CheckFileInfo does not say SupportsRename = true')
  })

  test('make a case a skip that names the property which must not be set', async () => {
    const { results } = await play(suiteOf([group], [supportsRename(false)]), () => ({
      body: '{"SupportsRename":true}',
    }))

    assert.equal(results[0]?.skipReason, 'CheckFileInfo says SupportsRename = true')
  })

  test('make a case a skip that says what else is wrong', async () => {
    const { results } = await play(suiteOf([group], [supportsRename(true)]), (_, __, count) =>
      count === 1 ? Error('refused') : {},
    )

    assert.equal(results[0]?.skipReason, 'P: No answer: refused')
  })
})

describe('a group that some hosts need not be ready for', () => {
  test('does not apply where its prerequisites do not hold, and counts as nothing', async () => {
    const prerequisite = caseOf(
      [
        {
          operation: 'CheckFileInfo',
          validators: [
            {
              check: 'json',
              properties: [{ name: 'A', type: 'boolean', required: true, expected: true }],
            },
          ],
        },
      ],
      { name: 'P' },
    )
    const group = { prerequisites: ['P'], cases: [caseOf([LOCK])], optional: true }

    const { results, events } = await play(suiteOf([group], [prerequisite]), () => ({ body: '{}' }))
    const gone = await play(suiteOf([group], [prerequisite]), () => ({ status: 404 }))

    assert.deepEqual([results[0]?.verdict, results[0]?.notApplicable], ['skip', true])
    const done = events.find((event) => event.type === 'done')
    assert.deepEqual(done?.totals, { passed: 0, failed: 0, skipped: 0 })
    assert.equal(gone.results[0]?.verdict, 'fail')
  })
})

describe('what is run', () => {
  const suite = suiteOf([
    { name: 'Locks', cases: [caseOf([LOCK], { name: 'A' }), caseOf([LOCK], { name: 'B' })] },
    { name: 'Slow', cases: [caseOf([{ operation: 'Delay', seconds: 60 }], { hasDelay: true })] },
    {
      name: 'Proofs',
      cases: [
        caseOf([{ operation: 'CheckFileInfo', proof: { mutateOld: true } }], { name: 'Spoilt' }),
        caseOf([{ operation: 'CheckFileInfo' }], { name: 'Sound', category: 'OfficeOnline' }),
      ],
    },
  ])
  const names = ({ results }: Played) => results.map(({ name }) => name)

  test('is chosen by group, name and category, all of them together', async () => {
    const choose = async (selection: RunOptions['selection']) =>
      names(await play(suite, OK, { ...(selection && { selection }), delays: true }))

    assert.deepEqual(await choose({}), ['A', 'B', 'C', 'Spoilt', 'Sound'])
    assert.deepEqual(await choose({ groups: ['Locks'] }), ['A', 'B'])
    assert.deepEqual(await choose({ groups: ['Locks', 'Proofs'], names: ['B', 'Sound'] }), [
      'B',
      'Sound',
    ])
    assert.deepEqual(await choose({ categories: ['OfficeOnline'] }), ['Sound'])
  })

  test('may be nothing, which the totals tell', async () => {
    const selection = { groups: ['Locks'], categories: ['OfficeOnline'] }

    const { events } = await play(suite, OK, { selection })

    assert.deepEqual(events.at(-1), {
      type: 'done',
      totals: { passed: 0, failed: 0, skipped: 0 },
      durationMs: 1,
    })
  })

  test('is refused by a name that is not there, with those that are near', async () => {
    const refused = (selection: RunOptions['selection'], words: RegExp) =>
      assert.rejects(play(suite, OK, { ...(selection && { selection }) }), (error) => {
        assert.ok(error instanceof CasesError)
        assert.match(error.message, words)
        return true
      })

    await refused({ groups: ['locks'] }, /no group locks; there is Locks/)
    await refused({ names: ['Z'] }, /no case Z$/)
    await refused({ categories: ['Core'] }, /there is WopiCore/)
  })

  test('waits only when it is told to', async () => {
    const selection = { groups: ['Slow'] }
    const without = await play(suite, OK, { selection })
    const with_ = await play(suite, OK, { selection, delays: true })

    const [start] = without.events
    assert.deepEqual(start?.type === 'start' && [start.cases, start.leftOut], [0, 1])
    assert.deepEqual(without.results, [])
    assert.equal(with_.results[0]?.verdict, 'pass')
    assert.deepEqual(with_.slept, [60_000])
  })

  test('leaves a whole group about proofs out when nothing can be signed', async () => {
    const { results, sent } = await play(suite, OK, { selection: { groups: ['Proofs'] } })

    assert.deepEqual(
      results.map(({ skipReason }) => skipReason),
      ['needs --proof-key', 'needs --proof-key'],
    )
    assert.deepEqual(sent, [])
  })

  test('ends after the first failure when it is told to', async () => {
    const played = await play(suite, () => ({ status: 500 }), { bail: true })

    assert.deepEqual(names(played), ['A'])
    assert.equal(played.events.at(-1)?.type, 'done')
  })

  test('ends when it is aborted, and cleans up before', async () => {
    const abort = new AbortController()
    const sent: string[] = []
    const cases = [caseOf([LOCK, GET_LOCK], { cleanup: [UNLOCK] })]

    const run = play(
      suiteOf([{ cases }]),
      (override) => {
        sent.push(override)
        abort.abort(new Error('enough'))
        return {}
      },
      { signal: abort.signal },
    )

    await assert.rejects(run, /enough/)
    assert.deepEqual(sent, ['LOCK', 'UNLOCK'])
  })

  test('does not wait for a host that does not answer the cleanup when it is aborted', async () => {
    const abort = new AbortController()
    const signals: (AbortSignal | undefined)[] = []
    const cases = [caseOf([LOCK, GET_LOCK], { cleanup: [UNLOCK] })]

    const run = play(suiteOf([{ cases }]), OK, {
      signal: abort.signal,
      async send(_, signal) {
        signals.push(signal)
        abort.abort(new Error('enough'))
        return { status: 200, headers: [], body: new Uint8Array(0) }
      },
    })

    await assert.rejects(run)
    const [, ofCleanup] = signals
    assert.deepEqual([signals.length, ofCleanup?.aborted], [2, false])
  })
})
