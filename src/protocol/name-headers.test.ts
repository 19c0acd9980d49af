import assert from 'node:assert/strict'
import test from 'node:test'
import { readRequestedContainerName, readTargetName } from './name-headers.ts'

const SUGGESTED = 'X-WOPI-SuggestedTarget'
const RELATIVE = 'X-WOPI-RelativeTarget'
const OVERWRITE = 'X-WOPI-OverwriteRelativeTarget'

test('readTargetName takes a suggestion as it is, decoded', () => {
  for (const [encoded, text] of [
    ['a.docx', 'a.docx'],
    ['.docx', '.docx'],
    ['madeup+AF8-name.docx', 'madeup_name.docx'],
    ['a/b:c.docx', 'a/b:c.docx'],
    ['Zo+AOs-.docx', 'Zoë.docx'],
  ])
    assert.deepEqual(read({ [SUGGESTED]: encoded as string }), { kind: 'suggested', text })
})

test('readTargetName takes a suggestion that cannot be decoded as it came', () => {
  assert.deepEqual(read({ [SUGGESTED]: 'a+2AA-.docx' }), {
    kind: 'suggested',
    text: 'a+2AA-.docx',
  })
})

test('readTargetName takes an exact name, and whether it may be overwritten', () => {
  const exact = (overwrite?: string) =>
    read({
      [RELATIVE]: 'made+AF8-up.docx',
      ...(overwrite !== undefined && { [OVERWRITE]: overwrite }),
    })

  for (const yes of ['true', 'True', 'TRUE'])
    assert.deepEqual(exact(yes), { kind: 'exact', name: 'made_up.docx', overwrite: true })
  for (const no of [undefined, 'false', 'False', 'yes'])
    assert.deepEqual(exact(no), { kind: 'exact', name: 'made_up.docx', overwrite: false })
})

test('readTargetName with both names is 501, with neither 400', () => {
  assert.throws(() => read({ [SUGGESTED]: 'a.docx', [RELATIVE]: 'b.docx' }), {
    code: 'NOT_SUPPORTED',
  })
  assert.throws(() => read({}), { code: 'HEADER_MISSING' })
})

test('readTargetName refuses an exact name that is not allowed, tells why, and names one that is', () => {
  assert.throws(() => read({ [RELATIVE]: 'a/b+AF8-.docx' }), {
    code: 'NAME_INVALID',
    status: 400,
    headers: {
      'X-WOPI-InvalidFileNameError': 'The name has a character that is not allowed',
      'X-WOPI-ValidRelativeTarget': 'a-b+AF8-.docx',
    },
  })
  assert.throws(() => read({ [RELATIVE]: '...' }, 'container'), {
    code: 'NAME_INVALID',
    headers: {
      'X-WOPI-InvalidContainerNameError': 'The name starts with a dot',
      'X-WOPI-ValidRelativeTarget': 'New container',
    },
  })
})

test('readTargetName refuses an exact name that is half a character', () => {
  assert.throws(() => read({ [RELATIVE]: 'a+2AA-.docx' }), { code: 'NAME_INVALID' })
})

test('readRequestedContainerName takes a name that is legal, and no other', () => {
  const name = (value: string) =>
    readRequestedContainerName((header) => (header === 'X-WOPI-RequestedName' ? value : undefined))

  assert.equal(name('container+AF8-name'), 'container_name')
  assert.throws(() => name('a:b'), { code: 'NAME_INVALID' })
  assert.throws(() => readRequestedContainerName(() => undefined), { code: 'HEADER_MISSING' })
})

function read(headers: Record<string, string>, kind: 'file' | 'container' = 'file') {
  return readTargetName((name) => headers[name], kind)
}
