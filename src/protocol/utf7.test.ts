import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { encodeUtf7 } from './utf7.ts'

const VECTORS: readonly [text: string, encoded: string][] = [
  ['', ''],
  ['Alice Doe', 'Alice Doe'],
  ["'(),-./:?", "'(),-./:?"],
  ['a+b', 'a+-b'],
  ['+', '+-'],
  ['madeup_name', 'madeup+AF8-name'],
  ['A≢Α.', 'A+ImIDkQ-.'],
  ['Hi Mom -☺-!', 'Hi Mom -+Jjo--+ACE-'],
  ['日本語', '+ZeVnLIqe-'],
  ['Zoë+é', 'Zo+AOsAKwDp-'],
  ['😀', '+2D3eAA-'],
  ['a\r\nb', 'a+AA0ACg-b'],
]

for (const [text, encoded] of VECTORS) {
  test(`encodeUtf7 turns ${JSON.stringify(text)} into ${encoded || 'nothing'}`, () => {
    assert.equal(encodeUtf7(text), encoded)
  })
}

test('encodeUtf7 gives printable ASCII that decodes to the same text, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = encodeUtf7(text)

      assert.match(encoded, /^[\x20-\x7e]*$/)
      assert.equal(decodeUtf7(encoded), text)
    }),
  )
})

test('encodeUtf7 replaces an unpaired surrogate', () => {
  assert.equal(decodeUtf7(encodeUtf7('a\ud800b')), 'a\ufffdb')
})

/** RFC 2152, as simply as it can be said. */
function decodeUtf7(encoded: string): string {
  return encoded.replace(/\+([A-Za-z0-9+/]*)-/g, (_, run: string) => {
    if (run === '') return '+'
    const bytes = Buffer.from(run, 'base64')
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le')
  })
}
