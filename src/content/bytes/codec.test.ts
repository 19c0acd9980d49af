import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type ByteReader, createByteReader, createByteWriter, StoredFormatError } from './codec.ts'

const anySize = fc.oneof(fc.nat(), fc.maxSafeNat())

test('createByteReader reads what createByteWriter wrote, to the last byte', () => {
  const anyText = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(anySize, anyText, fc.uint8Array(), fc.nat(255), (size, text, raw, byte) => {
      const out = createByteWriter()
      out.integer(size)
      out.text(text)
      out.raw(raw)
      out.byte(byte)

      const input = createByteReader(out.finish())

      assert.equal(input.integer(), size)
      assert.equal(input.text(), text)
      assert.deepEqual(input.raw(raw.length), raw)
      assert.equal(input.byte(), byte)
      input.finish()
    }),
  )
})

test('createByteReader keeps a byte order mark at the start of a text', () => {
  const out = createByteWriter()
  out.text('\ufeffname')

  assert.equal(createByteReader(out.finish()).text(), '\ufeffname')
})

test('createByteWriter grows with any number of values', () => {
  const out = createByteWriter()
  for (let i = 0; i < 5000; i++) out.integer(i)

  const input = createByteReader(out.finish())

  for (let i = 0; i < 5000; i++) assert.equal(input.integer(), i)
})

const DAMAGED: Record<string, [bytes: number[], read: (input: ByteReader) => unknown]> = {
  'a byte beyond the end': [[], (input) => input.byte()],
  'an integer that does not end': [[0x80, 0x80], (input) => input.integer()],
  'an integer that is too large': [new Array(9).fill(0xff), (input) => input.integer()],
  'raw bytes beyond the end': [[1, 2], (input) => input.raw(3)],
  'a text beyond the end': [[3, 65, 66], (input) => input.text()],
  'a text that is not UTF-8': [[1, 0xff], (input) => input.text()],
  'bytes left over at the end': [[1], (input) => input.finish()],
}

for (const [what, [bytes, read]] of Object.entries(DAMAGED))
  test(`createByteReader refuses ${what}`, () => {
    assert.throws(() => read(createByteReader(new Uint8Array(bytes))), StoredFormatError)
  })
