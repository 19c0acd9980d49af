import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answer, passes } from '../../../test/helpers/check-answers.ts'
import type { HeaderValidator } from '../cases/validator.ts'

describe('header validators', () => {
  const passesWith = (
    value: string | undefined,
    validator: Omit<HeaderValidator, 'check' | 'name'>,
  ) => {
    const headers: [string, string][] = value === undefined ? [] : [['x-wopi-itemversion', value]]
    const header = { check: 'header', name: 'X-WOPI-ItemVersion', ...validator } as const
    return passes(answer({ headers }), [header])
  }

  test('pass without the header unless it is required', async () => {
    assert.equal(await passesWith(undefined, { expected: 'V1' }), true)
    assert.equal(await passesWith(undefined, { required: true }), false)
    assert.equal(await passesWith('', { required: true }), true)
  })

  test('compare values, saved ones too, without regard to case', async () => {
    assert.equal(await passesWith('v1', { expected: { state: 'Version' } }), true)
    assert.equal(await passesWith('v2', { expected: { state: 'Version' } }), false)
    for (const state of ['Gone', 'Empty'])
      assert.equal(await passesWith('v2', { expected: { state } }), true, state)
    assert.equal(await passesWith('v1', { expected: 'V1', shouldMatch: false }), false)
    assert.equal(await passesWith('v2', { expected: 'V1', shouldMatch: false }), true)
  })

  test('compare numbers as signed integers of 32 bits', async () => {
    const greater = { comparator: '>', expected: { state: 'Number' } } as const

    assert.equal(await passesWith('8', greater), true)
    assert.equal(await passesWith('10', greater), true)
    for (const value of ['7', '6', 'many', '', '7.5', '2147483648'])
      assert.equal(await passesWith(value, greater), false, value)
    assert.equal(await passesWith('7', { ...greater, comparator: '>=' }), true)
    assert.equal(await passesWith('8', { comparator: '>', expected: 'x' }), false)
  })

  test('take a pattern, and demand absence', async () => {
    assert.equal(await passesWith('12', { pattern: '^\\d+$' }), true)
    assert.equal(await passesWith('1x', { pattern: '^\\d+$' }), false)
    assert.equal(await passesWith('', { absent: true }), true)
    assert.equal(await passesWith('1', { absent: true }), false)
  })
})
