import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { caseOf, play, suiteOf, TOKEN } from '../../../test/helpers/play-cases.ts'
import type { Step } from '../cases/case.ts'
import type { RunEvent } from '../report.ts'

const LOCK: Step = { operation: 'Lock', lock: 'L' }
const RENAME: Step = { operation: 'RenameFile', name: 'other' }
const SUITE = suiteOf([
  {
    cases: [
      caseOf([LOCK], { name: 'Locks' }),
      caseOf([RENAME, { operation: 'GetLock' }], { name: 'Renames' }),
      caseOf([LOCK], { name: 'LocksAgain' }),
    ],
  },
])

function doneOf(events: readonly RunEvent[]) {
  return events.find((event) => event.type === 'done')
}

describe('A run', () => {
  test('ends when the document answers 404 after a rename', async () => {
    let renamed = false

    const { results, events } = await play(SUITE, (override) => {
      renamed ||= override === 'RENAME_FILE'
      return { status: renamed && override !== 'RENAME_FILE' ? 404 : 200 }
    })

    assert.deepEqual(
      results.map(({ name, verdict }) => [name, verdict]),
      [
        ['Locks', 'pass'],
        ['Renames', 'fail'],
      ],
    )
    const stopped = doneOf(events)?.stopped
    assert.deepEqual([stopped?.kind, stopped?.case], ['document-gone', 'Renames'])
    assert.equal(
      stopped?.message,
      'CheckFileInfo answers 404: the document that was there is gone.',
    )
    assert.match(stopped?.advice ?? '', /must stay valid when the file is renamed/)
  })

  test('ends when the token is refused, and says whether it was before', async () => {
    const atOnce = await play(SUITE, () => ({ status: 401 }))
    const later = await play(SUITE, (_, __, count) => ({ status: count === 1 ? 200 : 401 }))

    assert.equal(atOnce.results.length, 1)
    assert.equal(
      doneOf(atOnce.events)?.stopped?.message,
      'CheckFileInfo refuses the token with 401.',
    )
    assert.equal(later.results.length, 2)
    assert.match(doneOf(later.events)?.stopped?.message ?? '', /it accepted it before/)
  })

  test('ends when the host gives no answer any more, without the token in its words', async () => {
    const { results, events } = await play(SUITE, (_, __, count) =>
      count === 1 ? {} : new Error(`connect ECONNREFUSED ${TOKEN}`),
    )

    assert.equal(results.length, 2)
    const stopped = doneOf(events)?.stopped
    assert.equal(stopped?.kind, 'unreachable')
    assert.equal(stopped?.message, 'The host gives no answer: connect ECONNREFUSED …')
  })

  test('ends when CheckFileInfo has never worked, but not for one bad moment', async () => {
    const never = await play(SUITE, () => ({ status: 500 }))
    const once = await play(SUITE, (_, __, count) => ({
      status: count === 2 || count === 3 ? 503 : 200,
    }))

    assert.equal(doneOf(never.events)?.stopped?.kind, 'no-file-info')
    assert.equal(doneOf(once.events)?.stopped, undefined)
    assert.deepEqual(
      once.results.map(({ verdict }) => verdict),
      ['pass', 'fail', 'pass'],
    )
  })

  test('counts the case as failed whose prerequisite finds the document gone', async () => {
    const suite = suiteOf(
      [{ prerequisites: ['P'], cases: [caseOf([LOCK])] }],
      [caseOf([{ operation: 'CheckFileInfo' }], { name: 'P' })],
    )

    const { results } = await play(suite, () => ({ status: 404 }))

    assert.equal(results[0]?.verdict, 'fail')
    assert.match(results[0]?.failures[0]?.message ?? '', /the host knows no such document/)
  })

  test('names the promise that an answer of 501 breaks, and no other', async () => {
    const suite = suiteOf([
      {
        cases: [
          caseOf([{ operation: 'GetCoauthTable' }]),
          caseOf([{ operation: 'RenameFile', name: 'N' }]),
        ],
      },
    ])

    const { results } = await play(suite, (override) =>
      override === 'GET'
        ? { body: '{"SupportsCoauth":true,"SupportsRename":false}' }
        : { status: 501 },
    )

    assert.deepEqual(
      results.map(({ failures }) => failures[0]?.promise),
      ['SupportsCoauth', undefined],
    )
  })
})
