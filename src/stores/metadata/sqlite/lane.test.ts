import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createLane, type Lane } from './lane.ts'

/** A lane whose thread runs `script` on every batch. */
function laneOf(script: string): Lane {
  const code = `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (batch) => {
      if (batch === 'close') return parentPort.close()
      ${script}
    })`
  const options = { path: 'x.db', busyTimeoutMs: 0, readOnly: true, now: () => 0 }
  return createLane(options, () => new Worker(code, { eval: true }))
}

const ECHO = 'parentPort.postMessage(batch.calls.map(({ input }) => ({ value: [batch, input] })))'

test('a lane sends the calls of one turn together, and gathers others meanwhile', async () => {
  const lane = laneOf(`parentPort.postMessage(
    batch.calls.map(({ input }) => ({ value: [batch.calls.length, ...input] })))`)

  const first = [lane.call('check', ['a']), lane.call('check', ['b'])]
  await Promise.resolve()
  const second = [lane.call('check', ['c']), lane.call('check', ['d']), lane.call('check', ['e'])]

  assert.deepEqual(await Promise.all(first), [
    [2, 'a'],
    [2, 'b'],
  ])
  assert.deepEqual(await Promise.all(second), [
    [3, 'c'],
    [3, 'd'],
    [3, 'e'],
  ])
  await lane.close()
})

test('a lane never sends more than 256 calls at once', async () => {
  const lane = laneOf(`parentPort.postMessage(
    batch.calls.map(() => ({ value: batch.calls.length })))`)

  const sizes = await Promise.all(Array.from({ length: 600 }, () => lane.call('check', [])))

  assert.deepEqual([...new Set(sizes)], [256, 88])
  await lane.close()
})

for (const [how, script] of [
  ['throws', `throw new Error('Out of order')`],
  ['ends', 'process.exit(1)'],
] as const)
  test(`a lane whose thread ${how} rejects the calls under way, waiting and later`, async () => {
    const lane = laneOf(script)

    const underWay = lane.call('check', [])
    await Promise.resolve()
    const waiting = lane.call('check', [])

    const message = /The metadata store x\.db cannot be used/
    await Promise.all([assert.rejects(underWay, message), assert.rejects(waiting, message)])
    await assert.rejects(lane.call('check', []), message)
    await lane.close()
  })

test('a lane rejects calls that cannot be sent, and goes on', async () => {
  const lane = laneOf(ECHO)

  await assert.rejects(lane.call('check', [() => {}]), { name: 'DataCloneError' })
  await lane.call('check', [])

  await lane.close()
})
