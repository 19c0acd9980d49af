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

  const document = JSON.parse(written(createJsonReporter, eventsOf(results, { cases: 4 })))

  assert.deepEqual(document.totals, { passed: 0, failed: 2, skipped: 1 })
  assert.deepEqual([document.cases, document.durationMs], [4, 1234])
  assert.deepEqual(document.results, results)
})
