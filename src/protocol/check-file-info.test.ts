import assert from 'node:assert/strict'
import test from 'node:test'
import { checkPropertyTypes } from './check-file-info.ts'
import { CHECK_FILE_INFO_PROPERTIES } from './check-file-info-properties.ts'

const RIGHT = {
  IsAnonymousUser: true,
  Size: 5,
  BreadcrumbDocName: 'a',
  CloseUrl: 'https://app.example/close',
  PostMessageOrigin: 'https://app.example:8443',
  LastModifiedTime: '2009-06-15T13:45:30.0000000Z',
  CopyPasteRestrictions: 'BlockAll',
  WorkflowType: ['Assign'],
  UserExtraInfo: { mail: 'a@app.example' },
  ServerPrivateInfo: { key: 'k' },
  UserSettings: { uri: 'https://app.example/settings', stamp: '1' },
  SharedSettings: { uri: 'https://app.example/settings', stamp: '1' },
  PresentationLeader: 'alice',
  EnableRemoteAIContent: true,
  DisableAISettings: false,
  UserCanOnlyManageRedlines: true,
}
const WRONG = {
  IsAnonymousUser: 'true',
  Size: '5',
  BreadcrumbDocName: null,
  CloseUrl: '',
  PostMessageOrigin: 'https://app.example/',
  LastModifiedTime: '15 June 2009',
  CopyPasteRestrictions: 'blockall',
  WorkflowType: ['Assign', 'Other'],
  UserExtraInfo: 'a@app.example',
  ServerPrivateInfo: ['k'],
  UserSettings: { uri: '/settings', stamp: '1' },
  SharedSettings: { uri: 'https://app.example/settings' },
  PresentationLeader: true,
  EnableRemoteAIContent: 'true',
  DisableAISettings: 1,
  UserCanOnlyManageRedlines: 'false',
}

test('checkPropertyTypes lets properties through that have the type of the pages', () => {
  checkPropertyTypes(RIGHT)
})

for (const [name, value] of Object.entries(WRONG))
  test(`checkPropertyTypes refuses ${name} of ${JSON.stringify(value)} by name`, () => {
    assert.throws(() => checkPropertyTypes({ [name]: value }), {
      name: 'TypeError',
      message: new RegExp(`^${name} must be `),
    })
  })

test('checkPropertyTypes lets through what no page names, and what is taken away', () => {
  checkPropertyTypes({ AcmeTheme: { dark: true }, CloseUrl: undefined })
})

test('checkPropertyTypes takes no member of every object for a property', () => {
  checkPropertyTypes({ constructor: 1, toString: 'x' })
})

test('the table of CheckFileInfo derives the five properties that every answer must have', () => {
  for (const name of ['BaseFileName', 'OwnerId', 'Size', 'UserId', 'Version'])
    assert.equal(typeof CHECK_FILE_INFO_PROPERTIES[name]?.derive, 'function', name)
})
