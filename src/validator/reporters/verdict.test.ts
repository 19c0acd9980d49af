import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from './verdict.ts'

test('judge is content only when cases have passed and none has failed or was skipped', () => {
  assert.equal(judge({ passed: 3, failed: 0, skipped: 0 }).ok, true)
  assert.equal(judge({ passed: 3, failed: 1, skipped: 0 }).ok, false)
  assert.equal(judge({ passed: 3, failed: 0, skipped: 1 }).ok, false)
})

test('judge lets skipped cases be when asked to, but not a run that executed nothing', () => {
  const options = { allowSkips: true }

  assert.equal(judge({ passed: 3, failed: 0, skipped: 1 }, options).ok, true)
  assert.deepEqual(judge({ passed: 0, failed: 0, skipped: 5 }, options), {
    ok: false,
    text: 'FAILED: nothing was executed, 5 skipped',
  })
  assert.deepEqual(judge({ passed: 0, failed: 0, skipped: 0 }, options), {
    ok: false,
    text: 'FAILED: no case ran',
  })
})
