import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aFailure,
  aHostileFailure,
  aSkip,
  eventsOf,
  written,
} from '../../../test/helpers/run-events.ts'
import { createJsonReporter } from './json.ts'

test('the JSON reporter writes one document with all that the run has told', () => {
  const results = [aFailure(), aHostileFailure(), aSkip('no locks')]

  const document = JSON.parse(
    written(createJsonReporter, eventsOf(results, { cases: 4, leftOut: 2 })),
  )

  assert.deepEqual(document.totals, { passed: 0, failed: 2, skipped: 1 })
  assert.deepEqual([document.cases, document.leftOut, document.durationMs], [4, 2, 1234])
  assert.deepEqual(document.results, results)
  assert.equal(document.stopped, undefined)
  assert.deepEqual(document.causes[0], {
    operations: ['Lock'],
    cases: ['Locks.Mismatch'],
    kind: 'answer',
    message: 'Lock: status is 200, not 409',
    advice: 'Run one case alone and read what goes over the wire: --name Locks.Mismatch',
  })
})

test('the JSON reporter escapes what would move the cursor of a terminal', () => {
  const text = '\u009b31m\u007f\u202e\u2028'

  const document = written(createJsonReporter, eventsOf([aSkip(text)]))

  assert.match(document, /^[\n\x20-\x7e]*$/)
  assert.equal(JSON.parse(document).results[0].skipReason, text)
})
