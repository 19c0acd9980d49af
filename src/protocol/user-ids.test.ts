import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { clientUserId, isUserId, originalUserId, USER_ID_MAX_BYTES } from './user-ids.ts'

const anyUserId = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(isUserId)

test('clientUserId gives letters and digits, from which originalUserId gives the user back', () => {
  fc.assert(
    fc.property(anyUserId, (userId) => {
      assert.match(clientUserId(userId), /^[A-Za-z0-9]+$/)
      assert.equal(originalUserId(clientUserId(userId)), userId)
    }),
  )
})

test('clientUserId gives no two users the same', () => {
  fc.assert(
    fc.property(anyUserId, anyUserId, (one, other) => {
      fc.pre(one !== other)
      assert.notEqual(clientUserId(one), clientUserId(other))
    }),
  )
  // The form of one user may be the id of another.
  const form = clientUserId('alice@example.com')
  assert.notEqual(clientUserId(form), form)
})

test('clientUserId leaves letters and digits as they are', () => {
  for (const userId of ['alice', 'A1', '007', 'u1', 'U0x'])
    assert.equal(clientUserId(userId), userId)
})

test('clientUserId takes UUIDs, e-mail addresses and texts of any script', () => {
  assert.equal(
    clientUserId('0190f3a1-7b1e-7cc3-98c4-dc0c0c07398f'),
    'u0gaytsmdggnqtcljxmiywkljxmnrtgljzhbrtillemmyggmddga3tgojymy',
  )
  for (const userId of ['a@b.example', 'Ünïcode', '用户', 'a b', '-', 'u0'])
    assert.equal(originalUserId(clientUserId(userId)), userId)
})

test('originalUserId gives back what is no form of a user id', () => {
  for (const told of ['alice', 'u0alice!', 'u0MFAGY', 'a@b', ''])
    assert.equal(originalUserId(told), told)
})

test('isUserId takes texts up to 150 bytes without control characters', () => {
  for (const right of ['a', 'a'.repeat(USER_ID_MAX_BYTES), 'ü'.repeat(USER_ID_MAX_BYTES / 2)])
    assert.equal(isUserId(right), true, right)
  for (const wrong of ['', 'a'.repeat(151), 'ü'.repeat(76), 'a\nb', '\u0000', '\ud800', 7, null])
    assert.equal(isUserId(wrong), false, JSON.stringify(wrong))
  assert.ok(clientUserId('@'.repeat(USER_ID_MAX_BYTES)).length <= 255)
})
