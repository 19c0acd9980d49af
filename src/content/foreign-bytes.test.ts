import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import test from 'node:test'
import type { OpenedBytes } from '../ports/blob-store.ts'
import { readExtents } from './assemble.ts'
import { keptBytes, tameBytes } from './foreign-bytes.ts'

test('a stream of Node’s that is closed before its end is no failure', async () => {
  const endless = () =>
    Readable.from(
      (async function* () {
        for (;;) yield new Uint8Array(10)
      })(),
    )
  const opened = endless()
  const opener = { open: async () => tameBytes(opened) }

  const bytes = await readExtents(opener, [{ pack: { key: 'a' }, offset: 0, length: 25 }])

  assert.equal(bytes.length, 25)
  assert.equal(opened.destroyed, true)
})

test('a stream of Node’s that fails before anybody reads fails for the reader only', async () => {
  const opened = new Readable({ read() {} })
  const tame = tameBytes(opened)

  opened.destroy(new Error('the disk is gone'))
  await new Promise(setImmediate)

  await assert.rejects(tame[Symbol.asyncIterator]().next(), /the disk is gone/)
})

test('another failure to close is told', async () => {
  const opened: OpenedBytes = {
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
    [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')),
  }

  await assert.rejects(async () => tameBytes(opened)[Symbol.asyncDispose](), /stuck/)
})

test('keptBytes gives pieces that stay when the next one is read into the same memory', async () => {
  const memory = new Uint8Array(4)
  async function* reusing() {
    for (const value of [1, 2, 3]) yield memory.fill(value)
  }
  let closed = false
  const opened = Object.assign(reusing(), {
    async [Symbol.asyncDispose]() {
      closed = true
    },
  })

  const pieces: Uint8Array[] = []
  await using kept = keptBytes(opened)
  for await (const bytes of kept) pieces.push(bytes)
  await kept[Symbol.asyncDispose]()

  assert.deepEqual(
    pieces.map(([first]) => first),
    [1, 2, 3],
  )
  assert.equal(closed, true)
})
