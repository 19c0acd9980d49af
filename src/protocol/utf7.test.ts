import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeUtf7, encodeUtf7 } from './utf7.ts'

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
  test(`encodeUtf7 turns ${JSON.stringify(text)} into ${encoded || 'nothing'}, and back`, () => {
    assert.equal(encodeUtf7(text), encoded)
    assert.equal(decodeUtf7(encoded), text)
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

test('decodeUtf7 reads runs that end without a minus where the next character ends them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(decodeUtf7(encodeSparingly(text)), text)
    }),
  )
})

const LENIENT: readonly [received: string, text: string][] = [
  ['Hi Mom +Jjo!', 'Hi Mom ☺!'],
  ['+ZeVnLIqe', '日本語'],
  ['New+file.docx', 'New+file.docx'],
  ['C++ notes.txt', 'C++ notes.txt'],
  ['1 + 1', '1 + 1'],
  ['a+', 'a+'],
  ['a+A', 'a+A'],
  // Bits are left over that are not zero.
  ['a+AF9-b', 'a+AF9-b'],
  // UTF-8, one character for each byte.
  ['Zo\u00c3\u00ab+-.docx', 'Zoë+-.docx'],
]

for (const [received, text] of LENIENT) {
  test(`decodeUtf7 takes ${JSON.stringify(received)} for ${JSON.stringify(text)}`, () => {
    assert.equal(decodeUtf7(received), text)
  })
}

for (const [problem, received] of [
  ['half a surrogate pair', 'a+2D0-b'],
  ['bytes that are no UTF-8', 'Zo\u00eb.docx'],
  ['characters that are no bytes', '日本語'],
]) {
  test(`decodeUtf7 gives nothing for ${problem}`, () => {
    assert.equal(decodeUtf7(received ?? ''), undefined)
  })
}

test('decodeUtf7 gives well-formed text or nothing, for any header', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'+-A/9z é'.split('')) }), (header) => {
      assert.ok(decodeUtf7(header)?.isWellFormed() ?? true)
    }),
  )
})

/** RFC 2152 with its shortest choices: optional characters stay, and so few runs end in a minus. */
function encodeSparingly(text: string): string {
  const encoded = text.replace(/[^\t\n\r -}]+|[\\+]/g, (run) => {
    if (run === '+') return '+-'
    const bytes = Buffer.from(run, 'utf16le').swap16()
    return `+${bytes.toString('base64').replace(/=+$/, '')}\0`
  })
  return encoded.replace(/\0(?=[A-Za-z0-9+/-])/g, '-').replaceAll('\0', '')
}
