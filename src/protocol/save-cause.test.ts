import assert from 'node:assert/strict'
import test from 'node:test'
import { readSaveCause } from './save-cause.ts'
import { clientUserId } from './user-ids.ts'

const read = (headers: Record<string, string>, proven = false) =>
  readSaveCause((name) => headers[name], proven)

test('readSaveCause reads what Collabora says of a save', () => {
  const cause = read({
    'X-COOL-WOPI-IsModifiedByUser': 'true',
    'X-COOL-WOPI-IsAutosave': 'false',
    'X-COOL-WOPI-IsExitSave': 'true',
    'X-COOL-WOPI-ExtendedData': 'CustomFlag=CustomValue',
    'X-LOOL-WOPI-IsAutosave': 'true',
  })

  assert.deepEqual(cause, {
    isModifiedByUser: true,
    isAutosave: false,
    isExitSave: true,
    extendedData: 'CustomFlag=CustomValue',
  })
})

test('readSaveCause reads what ONLYOFFICE says of a save, with the user as the application knows it', () => {
  const cause = read({
    'X-WOPI-Editors': clientUserId('alice@example.com'),
    'X-LOOL-WOPI-IsModifiedByUser': 'true',
    'X-LOOL-WOPI-IsAutosave': 'true',
    'X-LOOL-WOPI-IsExitSave': 'false',
  })

  assert.deepEqual(cause, {
    editors: ['alice@example.com'],
    isModifiedByUser: true,
    isAutosave: true,
    isExitSave: false,
  })
})

test('readSaveCause names each editor once, and says whether the client is proven', () => {
  assert.deepEqual(read({ 'X-WOPI-Editors': 'alice, bob,,alice' }, true), {
    editors: ['alice', 'bob'],
    proven: true,
  })
})

test('readSaveCause leaves out what makes no sense, and bounds what comes', () => {
  assert.equal(read({}, true), undefined)
  assert.equal(read({ 'X-COOL-WOPI-IsAutosave': 'maybe', 'X-WOPI-Editors': ' , ' }), undefined)
  const many = Array.from({ length: 200 }, (_, index) => `u${index}`).join(',')
  const cause = read({ 'X-WOPI-Editors': many, 'X-COOL-WOPI-ExtendedData': 'x'.repeat(9000) })
  assert.deepEqual([cause?.editors?.length, cause?.extendedData?.length], [100, 4096])
  assert.equal(read({ 'X-WOPI-Editors': 'u'.repeat(257) }), undefined)
})
