import assert from 'node:assert/strict'
import test from 'node:test'
import { withExtraProperties } from './extra-properties.ts'

const DERIVED = {
  BaseFileName: 'report.docx',
  Size: 3,
  Version: '7',
  UserFriendlyName: 'Alice',
  SupportsRename: true,
  SupportsLocks: true,
  UserCanWrite: true,
  UserCanRename: false,
  ReadOnly: false,
}

test('withExtraProperties without more gives the same', () => {
  assert.deepEqual(withExtraProperties(DERIVED), DERIVED)
  assert.deepEqual(withExtraProperties(DERIVED, {}), DERIVED)
})

test('withExtraProperties puts the application before the host, and undefined takes away', () => {
  const merged = withExtraProperties(DERIVED, {
    UserFriendlyName: undefined,
    CloseUrl: 'https://app.example/',
    AcmeTheme: { dark: true },
  })

  const { UserFriendlyName: _, ...kept } = DERIVED
  assert.deepEqual(merged, {
    ...kept,
    CloseUrl: 'https://app.example/',
    AcmeTheme: { dark: true },
  })
})

test('withExtraProperties lets nobody touch the facts of the file', () => {
  const extra = { BaseFileName: 'other.docx', Size: undefined, Version: '8', SequenceNumber: 9 }

  assert.deepEqual(withExtraProperties(DERIVED, extra), DERIVED)
})

test('withExtraProperties lets an application promise and allow less', () => {
  const merged = withExtraProperties(DERIVED, {
    SupportsRename: false,
    SupportsLocks: undefined,
    UserCanWrite: false,
    ReadOnly: true,
    UserCanNotWriteRelative: true,
  })

  assert.deepEqual(merged, {
    BaseFileName: 'report.docx',
    Size: 3,
    Version: '7',
    UserFriendlyName: 'Alice',
    SupportsRename: false,
    UserCanWrite: false,
    UserCanRename: false,
    ReadOnly: true,
    UserCanNotWriteRelative: true,
  })
})

test('withExtraProperties lets no application promise or allow more', () => {
  const derived = { ...DERIVED, ReadOnly: true, UserCanNotWriteRelative: true }
  const extra = {
    SupportsCobalt: true,
    UserCanRename: true,
    UserCanAnything: true,
    ReadOnly: false,
    UserCanNotWriteRelative: undefined,
  }

  assert.deepEqual(withExtraProperties(derived, extra), derived)
})

test('withExtraProperties says in words what is not forbidden, whatever the application says', () => {
  const derived = { ...DERIVED, UserCanNotWriteRelative: false }
  const said = (value: unknown) =>
    withExtraProperties(derived, { UserCanNotWriteRelative: value }).UserCanNotWriteRelative

  assert.deepEqual([true, false, undefined].map(said), [true, false, false])
})

test('withExtraProperties lets users comment, review or manage changes where they may save', () => {
  const extra = { UserCanReview: true, UserCanOnlyComment: true, UserCanOnlyManageRedlines: true }
  const reader = { ...DERIVED, UserCanWrite: false, ReadOnly: true }

  assert.deepEqual(withExtraProperties(DERIVED, extra), { ...DERIVED, ...extra })
  assert.deepEqual(withExtraProperties(reader, extra), reader)
  assert.equal(withExtraProperties(reader, { UserCanReview: false }).UserCanReview, false)
})

test('withExtraProperties promises nothing of locks where an application has none', () => {
  const derived = { ...DERIVED, SupportsGetLock: true, SupportsExtendedLockLength: true }

  for (const SupportsLocks of [false, undefined]) {
    const merged = withExtraProperties(derived, { SupportsLocks })
    assert.deepEqual([merged.SupportsGetLock, merged.SupportsExtendedLockLength], [false, false])
  }
})

test('withExtraProperties takes what only clients act on', () => {
  const extra = { SupportsReviewing: true, UserCanAttend: true, UserCanPresent: true }

  assert.deepEqual(withExtraProperties(DERIVED, extra), { ...DERIVED, ...extra })
})

test('withExtraProperties throws for a value of the wrong type', () => {
  assert.throws(() => withExtraProperties(DERIVED, { CloseUrl: '/close' }), {
    name: 'TypeError',
    message: /CloseUrl/,
  })
})

test('withExtraProperties offers no share links that the host does not give', () => {
  const types = (derived: object, SupportedShareUrlTypes: unknown) =>
    withExtraProperties({ ...DERIVED, ...derived }, { SupportedShareUrlTypes })
      .SupportedShareUrlTypes
  const both = { SupportedShareUrlTypes: ['ReadOnly', 'ReadWrite'] }

  assert.equal(types({}, ['ReadWrite']), undefined)
  assert.deepEqual(types(both, ['ReadOnly']), ['ReadOnly'])
  assert.equal(types(both, undefined), undefined)
})

test('withExtraProperties takes all away that coauthoring needs together, or nothing of it', () => {
  const plus = {
    SupportsCoauth: true,
    SequenceNumber: 7,
    OfficeCollaborationServiceEndpointUrl: 'https://ocs.example/',
    RealTimeChannelEndpointUrl: 'https://rtc.example/',
    AccessTokenExpiry: 1,
    ServerTime: 1,
    SharingStatus: 'Shared',
    FileGeoLocationCode: '',
    SupportsResumableFileTransfer: true,
  }
  const derived = { ...DERIVED, ...plus }

  assert.deepEqual(withExtraProperties(derived, { SharingStatus: 'Private' }), {
    ...derived,
    SharingStatus: 'Private',
  })
  for (const extra of [
    { SupportsCoauth: undefined },
    { SupportsCoauth: false },
    { RealTimeChannelEndpointUrl: undefined },
  ])
    assert.deepEqual(withExtraProperties(derived, extra), DERIVED)
})

test('withExtraProperties says ReadOnly where it takes writing away', () => {
  assert.equal(withExtraProperties(DERIVED, { UserCanWrite: false }).ReadOnly, true)
})
