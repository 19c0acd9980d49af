import assert from 'node:assert/strict'
import test from 'node:test'
import { createLinks } from './links.ts'
import { isItemId, resourceAt } from './wopi-src.ts'

const LINKS = createLinks('https://docs.example/office')

test('resourceAt finds the file or the container of an address of this host', () => {
  assert.deepEqual(resourceAt(LINKS, LINKS.file('f-1')), { fileId: 'f-1' })
  assert.deepEqual(resourceAt(LINKS, LINKS.container('c_1')), { containerId: 'c_1' })
})

const SAME = [
  'https://docs.example:443/office/wopi/files/f-1',
  'HTTPS://Docs.Example/office/wopi/files/f-1',
  'https://docs.example/office/wopi/files/f-1/',
]
for (const address of SAME)
  test(`resourceAt finds the file at ${address}`, () => {
    assert.deepEqual(resourceAt(LINKS, address), { fileId: 'f-1' })
  })

const STRANGE = [
  'https://docs.example:8443/office/wopi/files/f1',
  'http://docs.example/office/wopi/files/f1',
  'https://alice@docs.example/office/wopi/files/f1',
  'https://docs.example/Office/wopi/files/f1',
  '',
  'f1',
  'https://docs.example/wopi/files/f1',
  'https://evil.example/office/wopi/files/f1',
  'https://docs.example.evil.example/office/wopi/files/f1',
  'https://docs.example/office/wopi/files/',
  'https://docs.example/office/wopi/files/f1/contents',
  'https://docs.example/office/wopi/files/f1?access_token=x',
  'https://docs.example/office/wopi/files/../f1',
  'https://docs.example/office/wopi/files/f%31',
  `https://docs.example/office/wopi/files/${'x'.repeat(129)}`,
  'https://docs.example/office/wopi/ecosystem',
]

for (const address of STRANGE)
  test(`resourceAt finds nothing at ${JSON.stringify(address).slice(0, 70)}`, () => {
    assert.equal(resourceAt(LINKS, address), undefined)
  })

test('isItemId takes 1 to 128 letters, digits, - and _', () => {
  for (const id of ['a', 'A-b_9', 'x'.repeat(128)]) assert.ok(isItemId(id), id)
  for (const id of ['', 'a b', 'é', 'a/b', 'a\n', 'x'.repeat(129)]) assert.ok(!isItemId(id), id)
})
