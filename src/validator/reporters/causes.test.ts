import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aCase, aFailure, aSkip, LOST } from '../../../test/helpers/run-events.ts'
import type { CaseResult, Failure } from '../report.ts'
import { causesOf } from './causes.ts'

function failed(name: string, failure: Partial<Failure>): CaseResult {
  return aFailure({ name, failures: [{ message: 'M', operation: 'Lock', ...failure }] })
}

describe('causesOf', () => {
  test('takes all operations of one promise for one cause, and puts it first', () => {
    const promise = 'SupportsCoauth'
    const broken = (name: string, operation: string) =>
      failed(name, { operation, promise, status: 501 })

    const causes = causesOf([
      failed('A', { message: 'Expected status 200, got 409' }),
      failed('B', { message: 'Expected status 200, got 409' }),
      broken('C', 'GetCoauthTable'),
      broken('D', 'GetCoauthLock'),
      broken('E', 'GetCoauthLock'),
      aCase(),
      aSkip('none'),
    ])

    assert.deepEqual(
      causes.map(({ kind, cases }) => [kind, cases]),
      [
        ['broken-promise', ['C', 'D', 'E']],
        ['answer', ['A', 'B']],
      ],
    )
    assert.equal(causes[0]?.promise, 'SupportsCoauth')
    assert.equal(
      causes[0]?.message,
      'CheckFileInfo promises SupportsCoauth, but the host answers 501 to GetCoauthLock and GetCoauthTable.',
    )
    assert.match(causes[0]?.advice ?? '', /leave SupportsCoauth out of CheckFileInfo/)
  })

  test('does not tell values apart that a host makes up', () => {
    const causes = causesOf([
      failed('A', { message: 'X-WOPI-Lock is "a", expected ""' }),
      failed('B', { message: 'X-WOPI-Lock is "b", expected ""' }),
      failed('C', { message: 'X-WOPI-Lock is missing' }),
    ])

    assert.deepEqual(
      causes.map(({ cases }) => cases),
      [['A', 'B'], ['C']],
    )
  })

  test('counts a case once, by what was wrong with it first', () => {
    const failures: Failure[] = [
      { message: 'first', operation: 'Lock' },
      { message: 'second', operation: 'Unlock' },
    ]

    const causes = causesOf([aFailure({ failures })])

    assert.deepEqual(
      causes.map(({ message }) => message),
      ['Lock: first'],
    )
  })

  test('tells first why the run ended, and that no answer came', () => {
    const results = [failed('A', { message: 'No answer: reset' }), aFailure()]

    const causes = causesOf(results, LOST)

    assert.deepEqual(
      causes.map(({ kind, cases }) => [kind, cases]),
      [
        ['document-gone', ['Locks.Mismatch']],
        ['no-answer', ['A']],
      ],
    )
  })

  test('names four operations at most', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F']

    const [cause] = causesOf(
      names.map((operation) => failed(operation, { operation, promise: 'P', status: 501 })),
    )

    assert.match(cause?.message ?? '', /to A, B, C, D and 2 other operations\.$/)
  })
})
