import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chunkIdAt,
  chunkIdFromBytes,
  chunkIdToBytes,
  EMPTY_CHUNK_ID,
  isChunkId,
  writeChunkId,
} from './chunk-id.ts'

const RAW = fc.uint8Array({ minLength: 16, maxLength: 16 })

test('chunkIdFromBytes gives standard Base64', () => {
  fc.assert(
    fc.property(RAW, (raw) => {
      const id = chunkIdFromBytes(raw)

      assert.equal(id, Buffer.from(raw).toString('base64'))
      assert.ok(isChunkId(id))
    }),
  )
})

test('chunkIdToBytes undoes chunkIdFromBytes', () => {
  fc.assert(
    fc.property(RAW, (raw) => {
      const back = chunkIdToBytes(chunkIdFromBytes(raw))

      assert.deepEqual(back, raw)
    }),
  )
})

test('chunkIdAt and writeChunkId touch their 16 bytes only', () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => 200 + i)
  const target = new Uint8Array(20)

  const id = chunkIdAt(bytes, 3)
  writeChunkId(id, target, 3)

  assert.equal(id, Buffer.from(bytes.subarray(3, 19)).toString('base64'))
  assert.deepEqual(target, new Uint8Array([0, 0, 0, ...bytes.subarray(3, 19), 0]))
})

test('chunkIdFromBytes refuses any other number of bytes', () => {
  assert.throws(() => chunkIdFromBytes(new Uint8Array(15)), {
    name: 'RangeError',
    message: 'Expected a ChunkId of 16 bytes, got 15 bytes',
  })
  assert.throws(() => chunkIdFromBytes(new Uint8Array(17)), RangeError)
})

test('isChunkId accepts canonical Base64 of 16 bytes and nothing else', () => {
  const refused = {
    empty: '',
    'no padding': 'GQn1a/wGJyPHUei0Ze5yiw',
    'one sign of padding': 'GQn1a/wGJyPHUei0Ze5yiw=',
    '18 bytes': 'ZZbM2oyjAXOFHEnVJ7Q2cg//',
    'padding in front': '==GQn1a/wGJyPHUei0Ze5yiw',
    'URL alphabet': 'GQn1a_wGJyPHUei0Ze5yiw==',
    'hyphens for padding': 'GQn1a/wGJyPHUei0Ze5yiw--',
    'bits set behind the last byte': 'GQn1a/wGJyPHUei0Ze5yix==',
    'a line end behind it': `${EMPTY_CHUNK_ID}\n`,
    'a letter beyond ASCII': 'GQn1a/wGJyPHUei0Ze5yéw==',
  }

  const accepted = Object.entries(refused).filter(([, text]) => isChunkId(text))

  assert.ok(isChunkId(EMPTY_CHUNK_ID))
  assert.deepEqual(accepted, [])
})

test('isChunkId accepts a text exactly when its bytes give the same text again', () => {
  const texts = fc.oneof(
    fc.base64String({ minLength: 24, maxLength: 24 }),
    fc.string({ minLength: 24, maxLength: 24 }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const accepted = isChunkId(text)

      const bytes = Buffer.from(text, 'base64')
      assert.equal(accepted, bytes.length === 16 && bytes.toString('base64') === text)
    }),
  )
})

test('chunkIdToBytes refuses what is no ChunkId', () => {
  assert.throws(() => chunkIdToBytes('R3ZBz20okt9LmDaePUpB8Q--'), {
    name: 'RangeError',
    message: 'Expected a ChunkId, got "R3ZBz20okt9LmDaePUpB8Q--"',
  })
})
