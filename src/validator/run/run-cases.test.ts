import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { caseOf, play, suiteOf } from '../../../test/helpers/play-cases.ts'
import type { Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import { headerOf } from '../http-message.ts'

const LOCK: Request = { operation: 'Lock', lock: 'L' }
const UNLOCK: Request = { operation: 'Unlock', lock: 'L' }
const GET_LOCK: Request = { operation: 'GetLock' }
const OK = () => ({})
/** After a case that went wrong: whether the document is still there. */
const LOOK = ['GET']

describe('runCases', () => {
  test('tells start, each case and the totals', async () => {
    const cases = [caseOf([LOCK], { name: 'A' }), caseOf([GET_LOCK], { name: 'B' })]

    const { events } = await play(suiteOf([{ cases }]), (override) => ({
      status: override === 'LOCK' ? 200 : 500,
    }))

    assert.deepEqual(
      events.map((event) => [event.type, event.type === 'end' ? event.result.verdict : '']),
      [
        ['start', ''],
        ['begin', ''],
        ['end', 'pass'],
        ['begin', ''],
        ['end', 'fail'],
        ['done', ''],
      ],
    )
    const last = events.at(-1)
    assert.deepEqual(last?.type === 'done' && last.totals, { passed: 1, failed: 1, skipped: 0 })
  })

  test('stops a case at its first failing request and cleans up all the same', async () => {
    const cases = [caseOf([LOCK, GET_LOCK, LOCK], { cleanup: [UNLOCK] })]

    const { sent, results } = await play(suiteOf([{ cases }]), (override) => ({
      status: override === 'GET_LOCK' ? 500 : 200,
    }))

    assert.deepEqual(sent, ['LOCK', 'GET_LOCK', 'UNLOCK', ...LOOK])
    assert.deepEqual(
      results[0]?.exchanges.map(({ operation }) => operation),
      ['Lock', 'GetLock'],
    )
    assert.deepEqual(results[0]?.failures, [
      {
        message: 'Expected status 200, got 500',
        operation: 'GetLock',
        status: 500,
        clause: { page: 'GetLock', rule: 'A request that can be fulfilled is answered 200.' },
      },
    ])
  })

  test('does not care how the cleanup ends', async () => {
    const cleanup: Request[] = [UNLOCK, { operation: 'DeleteFile', url: { state: 'Never' } }, LOCK]

    const { sent, results } = await play(suiteOf([{ cases: [caseOf([], { cleanup })] }]), () =>
      Error('refused'),
    )

    assert.deepEqual(sent, ['UNLOCK', 'LOCK'])
    assert.equal(results[0]?.verdict, 'pass')
  })

  test('hands values on from one request to the next', async () => {
    const seen: (string | undefined)[] = []
    const requests: Request[] = [
      {
        operation: 'CheckFileInfo',
        validators: [],
        save: [
          { name: 'Url', from: { json: 'Parents[-1:].Url' } },
          { name: 'Lock', from: { header: 'x-wopi-lock' } },
        ],
      },
      { operation: 'Unlock', url: { state: 'Url' }, lock: { state: 'Lock' } },
    ]

    const { results } = await play(suiteOf([{ cases: [caseOf(requests)] }]), (_, request) => {
      seen.push(request.url, headerOf(request.headers, 'X-WOPI-Lock'))
      return {
        headers: [['X-WOPI-Lock', 'kept']],
        body: '{"Parents":[{"Url":"https://a/1"},{"Url":"https://a/2?access_token=t"}]}',
      }
    })

    assert.equal(results[0]?.verdict, 'pass')
    assert.deepEqual(seen.slice(2), ['https://a/2?access_token=t', 'kept'])
  })

  test('fails a case that needs a value which did not come', async () => {
    const cases = [caseOf([{ operation: 'GetFile', url: { state: 'Url' } }])]

    const { results, sent } = await play(suiteOf([{ cases }]), OK)

    assert.deepEqual(sent, LOOK)
    assert.match(results[0]?.failures[0]?.message ?? '', /value for Url/)
  })

  test('fails a case whose host does not answer', async () => {
    const { results } = await play(suiteOf([{ cases: [caseOf([LOCK])] }]), (override) =>
      override === 'LOCK' ? Error('refused') : {},
    )

    assert.equal(results[0]?.failures[0]?.message, 'No answer: refused')
    assert.equal(results[0]?.exchanges[0]?.error, 'refused')
  })

  test('uses the clause of the case, and of the validator before that', async () => {
    const own = { page: 'Own', rule: 'own' }
    const nearer = { page: 'Nearer', rule: 'nearer' }
    const requests: Request[] = [
      {
        operation: 'GetLock',
        validators: [
          { check: 'status', expected: 201 },
          { check: 'status', expected: 202, clause: nearer },
        ],
      },
    ]

    const { results } = await play(suiteOf([{ cases: [caseOf(requests, { clause: own })] }]), OK)

    assert.deepEqual(
      results[0]?.failures.map(({ clause }) => clause),
      [own, nearer],
    )
  })
})

describe('requests at once', () => {
  const step: Step = {
    operation: 'AtOnce',
    requests: [LOCK, LOCK, LOCK],
    outcomes: [
      { name: 'winner', count: 1, validators: [{ check: 'status', expected: 200 }] },
      {
        name: 'loser',
        count: { min: 2, max: 2 },
        validators: [{ check: 'status', expected: 409 }],
      },
    ],
  }
  const suite = suiteOf([{ cases: [caseOf([step])] }])

  test('pass when every outcome has its number of answers', async () => {
    const { results } = await play(suite, (_, __, count) => ({ status: count === 2 ? 200 : 409 }))

    assert.equal(results[0]?.verdict, 'pass')
  })

  test('fail when an outcome has more or fewer, and say how many', async () => {
    const { results } = await play(suite, (_, __, count) => ({ status: count === 2 ? 409 : 200 }))

    assert.match(
      results[0]?.failures[0]?.message ?? '',
      /winner: expected 1, got 2; loser: .* got 1/,
    )
  })

  test('fail when an answer belongs to no outcome', async () => {
    const { results } = await play(suite, (_, __, count) =>
      count === 3 ? Error('reset') : { status: count === 1 ? 409 : 200 },
    )

    assert.match(results[0]?.failures[0]?.message ?? '', /others: Lock reset/)
  })
})
