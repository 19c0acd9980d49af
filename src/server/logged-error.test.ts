import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loggedError } from './logged-error.ts'

describe('loggedError', () => {
  test('loggedError keeps type, code, message and the stacks of all causes', () => {
    const cause = Object.assign(new RangeError('too far'), { code: 'FAR' })
    const error = Object.assign(new TypeError('broken', { cause }), { code: 'BROKEN' })

    const shown = loggedError(error)

    assert.partialDeepStrictEqual(shown, { type: 'TypeError', code: 'BROKEN', message: 'broken' })
    assert.match(
      String(shown.stack),
      /TypeError: broken.*caused by: RangeError: too far.*test\.ts/s,
    )
  })

  test('loggedError hides secrets in addresses, and tokens', () => {
    const token = `eyJhbGciOiJIUzI1NiJ9.${'c'.repeat(40)}.${'s'.repeat(43)}`
    const texts = [
      'cannot fetch https://docs.example.com/wopi/files/f1?access_token=SECRET, it said',
      'postgres://user:SECRET@db.example.com/wopikit is not there',
      'GET https://docs.example.com/#SECRET',
      `not this: ${token}`,
    ]

    for (const text of texts) {
      const shown = JSON.stringify(loggedError(new Error(text, { cause: new Error(text) })))
      assert.doesNotMatch(shown, /SECRET|cccc|ssss/)
    }
    assert.match(
      JSON.stringify(loggedError(new Error(texts[0]))),
      /https:\/\/docs\.example\.com\/wopi\/files\/f1 |files\/f1/,
    )
  })

  test('loggedError limits the size, and omits fields that libraries add to errors', () => {
    const error = Object.assign(new Error('m'.repeat(100_000)), { request: { token: 'SECRET' } })

    const shown = JSON.stringify(loggedError(error))

    assert.ok(shown.length < 10_000)
    assert.doesNotMatch(shown, /SECRET/)
  })

  test('loggedError accepts any thrown value', () => {
    assert.deepEqual(loggedError('only a text'), { message: 'only a text' })
  })
})
