import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { attachment } from './content-disposition.ts'

test('attachment tells the name in UTF-8', () => {
  assert.equal(attachment('report.docx'), "attachment; filename*=UTF-8''report.docx")
  assert.equal(
    attachment('Zoë’s (1)*.docx'),
    "attachment; filename*=UTF-8''Zo%C3%AB%E2%80%99s%20%281%29%2A.docx",
  )
})

test('attachment lets no name end the header or its value', () => {
  assert.equal(
    attachment('a"; filename=b.exe\r\nSet-Cookie: x=1'),
    "attachment; filename*=UTF-8''a%22%3B%20filename%3Db.exe%0D%0ASet-Cookie%3A%20x%3D1",
  )
})

test('attachment of any name is made of the characters that RFC 8187 allows, and reads back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const [, encoded = ''] = attachment(name).split("attachment; filename*=UTF-8''")

      assert.match(encoded, /^[A-Za-z0-9!#$&+.^_`|~%-]*$/)
      assert.equal(decodeURIComponent(encoded), name.toWellFormed())
    }),
  )
})

test('attachment replaces half a surrogate pair', () => {
  assert.equal(attachment('a\ud800'), "attachment; filename*=UTF-8''a%EF%BF%BD")
})
