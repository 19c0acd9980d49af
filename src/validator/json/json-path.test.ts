import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valueAt } from './json-path.ts'

const JSON_BODY = { Name: 'a', Files: [{ Url: 'first' }, { Url: 'last' }], None: null }

test('valueAt follows members and indexes, from the end too', () => {
  assert.equal(valueAt(JSON_BODY, 'Name'), 'a')
  assert.equal(valueAt(JSON_BODY, 'Files[0].Url'), 'first')
  assert.equal(valueAt(JSON_BODY, 'Files[-1:].Url'), 'last')
  assert.equal(valueAt(JSON_BODY, ''), JSON_BODY)
})

test('valueAt has nothing for what is not there, nor for what objects inherit', () => {
  for (const path of ['Missing', 'Files[2].Url', 'Name.length', 'None.Name', 'toString', 'Name[0]'])
    assert.equal(valueAt(JSON_BODY, path), undefined, path)
})
