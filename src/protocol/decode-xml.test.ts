import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeXml } from './decode-xml.ts'

const TEXT = '<wopi-discovery name="Büro"/>'
const utf16 = (text: string) => Buffer.from(text, 'utf16le')

const written: [as: string, bytes: Uint8Array, charset?: string][] = [
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16 with a mark, little-endian', utf16(`\ufeff${TEXT}`)],
  ['UTF-16 with a mark, big-endian', utf16(`\ufeff${TEXT}`).swap16()],
  ['UTF-16 without a mark, little-endian', utf16(TEXT)],
  ['UTF-16 without a mark, big-endian', utf16(TEXT).swap16()],
  ['Latin 1, as Content-Type says', Buffer.from(TEXT, 'latin1'), 'ISO-8859-1'],
  ['UTF-8 with a mark, whatever Content-Type says', Buffer.from(`\ufeff${TEXT}`), 'ISO-8859-1'],
]
for (const [as, bytes, charset] of written) {
  test(`decodeXml reads ${as}`, () => {
    assert.equal(decodeXml(bytes, charset), TEXT)
  })
}

test('decodeXml reads the encoding that the declaration says', () => {
  const xml = `<?xml version="1.0" encoding='windows-1252'?>${TEXT}`

  assert.equal(decodeXml(Buffer.from(xml, 'latin1')), xml)
})

test('decodeXml reads UTF-8 that is said to be UTF-16, as programs write that keep text so', () => {
  const xml = `<?xml version="1.0" encoding="utf-16"?>${TEXT}`

  assert.equal(decodeXml(Buffer.from(xml)), xml)
  assert.equal(decodeXml(Buffer.from(xml), 'UTF-16'), xml)
})

test('decodeXml reads UTF-16 without a mark that begins with white space', () => {
  assert.equal(decodeXml(utf16(`\n${TEXT}`)), `\n${TEXT}`)
})

const refused: [problem: string, bytes: Uint8Array, charset?: string][] = [
  ['bytes that are no UTF-8', Buffer.from(TEXT, 'latin1')],
  ['half a character of UTF-16', utf16(`\ufeff${TEXT}`).subarray(0, 7)],
  ['an encoding that nobody knows', Buffer.from(TEXT), 'ebcdic'],
]
for (const [problem, bytes, charset] of refused) {
  test(`decodeXml refuses ${problem}`, () => {
    assert.throws(() => decodeXml(bytes, charset), { code: 'DISCOVERY_INVALID' })
  })
}
