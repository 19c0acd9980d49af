import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import test from 'node:test'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import { readExtents } from '../packs/assemble.ts'
import { copiedBytes, exactBytes, withSafeClose } from './opened-bytes.ts'

test('withSafeClose closes a Node.js stream before its end without an error', async () => {
  const endless = () =>
    Readable.from(
      (async function* () {
        for (;;) yield new Uint8Array(10)
      })(),
    )
  const opened = endless()
  const opener = { open: async () => withSafeClose(opened), reserveAhead: () => undefined }

  const bytes = await readExtents(opener, [{ source: { key: 'a' }, offset: 0, length: 25 }])

  assert.equal(bytes.length, 25)
  assert.equal(opened.destroyed, true)
})

test('withSafeClose passes the error of an unread Node.js stream to its reader only', async () => {
  const opened = new Readable({ read() {} })
  const tame = withSafeClose(opened)

  opened.destroy(new Error('the disk is gone'))
  await new Promise(setImmediate)

  await assert.rejects(tame[Symbol.asyncIterator]().next(), /the disk is gone/)
})

test('withSafeClose passes on any other error of the close', async () => {
  const opened: OpenedBytes = {
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
    [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')),
  }

  await assert.rejects(async () => withSafeClose(opened)[Symbol.asyncDispose](), /stuck/)
})

test('exactBytes accepts exactly the requested length', async () => {
  const read = async (lengths: number[], wanted: number) => {
    let sum = 0
    for await (const bytes of exactBytes(piecesOf(lengths), wanted)) sum += bytes.length
    return sum
  }

  assert.equal(await read([4, 0, 6, 0], 10), 10)
  await assert.rejects(read([4, 5], 10), /1 bytes too few/)
  for (const lengths of [[4, 7], [4, 6, 1], [11], [10, 0, 1]])
    await assert.rejects(read(lengths, 10), /more bytes than the requested range/)
})

test('exactBytes copies the last piece before it checks for more', async () => {
  const memory = new Uint8Array(2)
  async function* reusing() {
    yield memory.fill(1)
    memory.fill(2)
  }
  const opened = Object.assign(reusing(), { async [Symbol.asyncDispose]() {} })

  const read: number[] = []
  for await (const bytes of exactBytes(opened, 2)) read.push(...bytes)

  assert.deepEqual(read, [1, 1])
})

test('copiedBytes returns pieces that survive a source that reuses its memory', async () => {
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
  await using kept = copiedBytes(opened)
  for await (const bytes of kept) pieces.push(bytes)
  await kept[Symbol.asyncDispose]()

  assert.deepEqual(
    pieces.map(([first]) => first),
    [1, 2, 3],
  )
  assert.equal(closed, true)
})

function piecesOf(lengths: readonly number[]): OpenedBytes {
  async function* pieces() {
    for (const length of lengths) yield new Uint8Array(length)
  }
  return Object.assign(pieces(), { async [Symbol.asyncDispose]() {} })
}
