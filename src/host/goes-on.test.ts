import assert from 'node:assert/strict'
import test from 'node:test'
import { OPERATIONS } from '../operations/index.ts'
import { GOING_ON } from './goes-on.ts'

test('the operations that do not ask the application are operations', () => {
  const names = new Set(OPERATIONS.map(({ name }) => name))

  for (const name of GOING_ON) assert.ok(names.has(name), name)
})
