import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LAX_JSON_MAX_DEPTH } from '../limits.ts'
import { parseLaxJson } from './lax-json.ts'

test('parseLaxJson reads all that JSON is', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (json) => {
      assert.deepEqual(parseLaxJson(json), JSON.parse(json))
    }),
  )
})

test('parseLaxJson reads names without quotes, single quotes, comments and last commas', () => {
  const text = `\uFEFF// rows
  [{CoauthLockId:'Client"1\\'', "n": -1.5e2, /* none */ empty: [], }, ]`

  assert.deepEqual(parseLaxJson(text), [{ CoauthLockId: 'Client"1\'', n: -150, empty: [] }])
})

test('parseLaxJson refuses what is neither', () => {
  const texts = ['', '{', '[1 2]', '{a}', '{a:}', "'open", 'undefined', '[] []', '{"a":1,,}', '01']

  for (const text of texts) assert.throws(() => parseLaxJson(text), SyntaxError, text)
})

test('parseLaxJson refuses to be nested without end', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  assert.throws(() => parseLaxJson(deep(LAX_JSON_MAX_DEPTH + 1)), SyntaxError)
  assert.ok(parseLaxJson(deep(LAX_JSON_MAX_DEPTH)))
})
