import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createWorkerConnection, type WorkerConnection } from './worker-connection.ts'

/** A connection whose thread runs `script` on every batch. */
function connectionOf(script: string): WorkerConnection {
  const options = { path: 'x.db', busyTimeoutMs: 0, readOnly: true, now: () => 0 }
  return createWorkerConnection(options, () => threadOf(script))
}

function threadOf(script: string): Worker {
  const code = `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (batch) => {
      if (batch === 'close') return parentPort.close()
      ${script}
    })`
  return new Worker(code, { eval: true })
}

const ECHO = 'parentPort.postMessage(batch.calls.map(({ input }) => ({ value: [batch, input] })))'

test('a worker connection sends the calls of one turn together, and gathers others meanwhile', async () => {
  const connection = connectionOf(`parentPort.postMessage(
    batch.calls.map(({ input }) => ({ value: [batch.calls.length, ...input] })))`)

  const first = [connection.call('check', ['a']), connection.call('check', ['b'])]
  await Promise.resolve()
  const second = [
    connection.call('check', ['c']),
    connection.call('check', ['d']),
    connection.call('check', ['e']),
  ]

  assert.deepEqual(await Promise.all(first), [
    [2, 'a'],
    [2, 'b'],
  ])
  assert.deepEqual(await Promise.all(second), [
    [3, 'c'],
    [3, 'd'],
    [3, 'e'],
  ])
  await connection.close()
})

test('a worker connection never sends more than 256 calls at once', async () => {
  const connection = connectionOf(`parentPort.postMessage(
    batch.calls.map(() => ({ value: batch.calls.length })))`)

  const sizes = await Promise.all(Array.from({ length: 600 }, () => connection.call('check', [])))

  assert.deepEqual([...new Set(sizes)], [256, 88])
  await connection.close()
})

for (const [how, script] of [
  ['throws', `throw new Error('Out of order')`],
  ['ends', 'process.exit(1)'],
] as const)
  test(`a worker connection whose thread ${how} rejects the calls under way, waiting and later`, async () => {
    const connection = connectionOf(script)

    const underWay = connection.call('check', [])
    await Promise.resolve()
    const waiting = connection.call('check', [])

    const message = /The metadata store x\.db cannot be used/
    await Promise.all([assert.rejects(underWay, message), assert.rejects(waiting, message)])
    await assert.rejects(connection.call('check', []), message)
    await connection.close()
  })

test('a worker connection whose thread has ended starts another for the next calls', async () => {
  const scripts = [`throw new Error('Out of order')`, ECHO]
  const options = { path: 'x.db', busyTimeoutMs: 0, readOnly: true, now: () => 0 }
  const connection = createWorkerConnection(options, () => threadOf(scripts.shift() ?? ''))
  await assert.rejects(connection.call('check', ['a']), /cannot be used: Out of order/)

  const answers = await Promise.all([connection.call('check', []), connection.call('check', [])])

  assert.equal(answers.length, 2)
  assert.deepEqual(scripts, [])
  await connection.close()
})

test('a worker connection rejects calls that cannot be sent, and continues', async () => {
  const connection = connectionOf(ECHO)

  await assert.rejects(connection.call('check', [() => {}]), { name: 'DataCloneError' })
  await connection.call('check', [])

  await connection.close()
})
