import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import fc from 'fast-check'
import { type FailureCode, WopiError } from './errors.ts'
import {
  conflictingUsernameHeader,
  type HeaderReader,
  headerValue,
  readCoauthLockId,
  readCoauthLockType,
  readCoauthMetadata,
  readCoauthTimeout,
  readContentRangeLength,
  readContentRangeOffset,
  readLockId,
  readLockTimeout,
  readLockUserVisible,
  readMaxExpectedSize,
  readOldLock,
  readOptionalCoauthLockId,
  readOptionalLockId,
  readPresentedLock,
  readSequenceNumber,
  readUploadSessionToken,
} from './headers.ts'

interface Reader {
  read: (header: HeaderReader) => unknown
  header: string
  absent: { value: unknown } | FailureCode
  valid: readonly [text: string, value: unknown][]
  invalid: readonly string[]
}

const LONGEST_ID = 'x'.repeat(1024)
const IDS: Pick<Reader, 'valid' | 'invalid'> = {
  valid: [
    ['a', 'a'],
    ['{"S":"a b","E":2}', '{"S":"a b","E":2}'],
    [LONGEST_ID, LONGEST_ID],
  ],
  invalid: [`${LONGEST_ID}x`, 'é', 'a\tb', 'a\r\nX-Evil: 1'],
}
const SIZES: Pick<Reader, 'valid' | 'invalid'> = {
  valid: [
    ['0', 0],
    ['+7', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ],
  invalid: ['-1', '9007199254740992', '1e3', '1.0', '0x10', 'ten', '99999999999999999999'],
}
const TIMEOUTS: Pick<Reader, 'valid' | 'invalid'> = {
  valid: [
    ['60', 60_000],
    ['3600', 3_600_000],
  ],
  invalid: ['59', '3601', '-60', '60.5', 'soon', '0'],
}

const READERS: readonly Reader[] = [
  { read: readLockId, header: 'X-WOPI-Lock', absent: 'HEADER_MISSING', ...IDS },
  { read: readOptionalLockId, header: 'X-WOPI-Lock', absent: { value: undefined }, ...IDS },
  { read: readOldLock, header: 'X-WOPI-OldLock', absent: { value: undefined }, ...IDS },
  { read: readCoauthLockId, header: 'X-WOPI-CoauthLockId', absent: 'HEADER_MISSING', ...IDS },
  {
    read: readOptionalCoauthLockId,
    header: 'X-WOPI-CoauthLockId',
    absent: { value: undefined },
    ...IDS,
  },
  {
    read: readCoauthLockType,
    header: 'X-WOPI-CoauthLockType',
    absent: 'HEADER_MISSING',
    valid: [
      ['Coauth', 'Coauth'],
      ['CoauthExclusive', 'CoauthExclusive'],
    ],
    invalid: ['None', 'coauth', 'GET_COAUTH_LOCK'],
  },
  {
    read: readCoauthTimeout,
    header: 'X-WOPI-CoauthLockExpirationTimeout',
    absent: 'HEADER_MISSING',
    ...TIMEOUTS,
  },
  {
    read: readLockTimeout,
    header: 'X-WOPI-LockExpirationTimeout',
    absent: { value: 30 * 60_000 },
    ...TIMEOUTS,
  },
  {
    read: readLockUserVisible,
    header: 'X-WOPI-LockUserVisible',
    absent: { value: false },
    valid: [
      ['True', true],
      ['true', true],
      ['FALSE', false],
    ],
    invalid: ['1', 'yes'],
  },
  {
    read: readCoauthMetadata,
    header: 'X-WOPI-CoauthLockMetadata',
    absent: { value: undefined },
    valid: [
      ['{"a":1}', '{"a":1}'],
      ['m'.repeat(4096), 'm'.repeat(4096)],
    ],
    invalid: ['m'.repeat(4097)],
  },
  {
    read: readSequenceNumber,
    header: 'X-WOPI-SequenceNumber',
    absent: 'HEADER_MISSING',
    valid: [
      ['1', 1],
      ['0', 0],
      ['-1', -1],
      ['2147483647', 2_147_483_647],
      ['-2147483648', -2_147_483_648],
    ],
    invalid: ['2147483648', '1.5', 'one', '1 2'],
  },
  {
    read: readMaxExpectedSize,
    header: 'X-WOPI-MaxExpectedSize',
    absent: { value: 2_147_483_647 },
    valid: [...SIZES.valid, ['9223372036854775807', Number.MAX_SAFE_INTEGER]],
    invalid: SIZES.invalid.filter((text) => text.length < 16),
  },
  {
    read: readContentRangeOffset,
    header: 'X-WOPI-ContentRangeOffset',
    absent: 'HEADER_MISSING',
    ...SIZES,
  },
  {
    read: readContentRangeLength,
    header: 'X-WOPI-ContentRangeLength',
    absent: 'HEADER_MISSING',
    ...SIZES,
  },
  {
    read: readUploadSessionToken,
    header: 'X-WOPI-UploadSessionToken',
    absent: 'HEADER_MISSING',
    valid: [['opaque~token', 'opaque~token']],
    invalid: [],
  },
]

for (const { read, header, absent, valid, invalid } of READERS) {
  describe(read.name, () => {
    for (const [how, value] of [
      ['absent', undefined],
      ['empty', ''],
      ['blank', ' '],
    ] as const) {
      const outcome =
        typeof absent === 'string' ? `refuses an ${how}` : `has a default for an ${how}`
      test(`${read.name} ${outcome} ${header}`, () => {
        const request = withHeaders({ [header]: value })

        if (typeof absent === 'string') assertRefused(() => read(request), absent, header)
        else assert.equal(read(request), absent.value)
      })
    }

    for (const [text, value] of valid) {
      test(`${read.name} takes ${shown(text)}`, () => {
        assert.equal(read(withHeaders({ [header]: text })), value)
      })
    }

    for (const text of invalid) {
      test(`${read.name} refuses ${shown(text)}`, () => {
        const error = assertRefused(
          () => read(withHeaders({ [header]: text })),
          'HEADER_INVALID',
          header,
        )
        assert.match(error.message, /^[\x20-\x7e]{1,250}$/)
      })
    }
  })
}

test('readPresentedLock tells which kind of lock is presented', () => {
  const none = readPresentedLock(withHeaders({ 'X-WOPI-Lock': '', 'X-WOPI-CoauthLockId': '' }))
  const wopi = readPresentedLock(withHeaders({ 'X-WOPI-Lock': 'a', 'X-WOPI-CoauthLockId': '' }))
  const coauth = readPresentedLock(withHeaders({ 'X-WOPI-CoauthLockId': 'b' }))

  assert.equal(none, undefined)
  assert.deepEqual(wopi, { kind: 'wopi', lockId: 'a' })
  assert.deepEqual(coauth, { kind: 'coauth', lockId: 'b' })
})

test('readPresentedLock refuses both kinds of lock together', () => {
  const request = withHeaders({ 'X-WOPI-Lock': 'a', 'X-WOPI-CoauthLockId': 'a' })

  assertRefused(() => readPresentedLock(request), 'BOTH_LOCKS', 'X-WOPI-CoauthLockId')
})

test('headerValue makes any text printable ASCII of at most 1024 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000, size: 'max' }), (text) => {
      assert.match(headerValue(text), /^[\x20-\x7e]{0,1024}$/)
    }),
  )
})

test('headerValue leaves printable ASCII as it is and escapes the rest', () => {
  assert.equal(headerValue('Locked by "x" ~'), 'Locked by "x" ~')
  assert.equal(headerValue('a\r\nSet-Cookie: é'), 'a\\u000d\\u000aSet-Cookie: \\u00e9')
})

test('conflictingUsernameHeader encodes names in UTF-7', () => {
  assert.equal(conflictingUsernameHeader('Zoë Doe'), 'Zo+AOs- Doe')
})

test('conflictingUsernameHeader truncates a name that no header can hold', () => {
  assert.equal(conflictingUsernameHeader('n'.repeat(100_000)), 'n'.repeat(256))
})

function withHeaders(headers: Record<string, string | undefined>): HeaderReader {
  return (name) => headers[name]
}

function assertRefused(act: () => unknown, code: FailureCode, words: string): WopiError {
  let thrown: unknown
  try {
    act()
  } catch (error) {
    thrown = error
  }
  assert.ok(thrown instanceof WopiError, 'a WopiError is thrown')
  assert.equal(thrown.code, code)
  assert.equal(thrown.status, 400)
  assert.ok(thrown.message.includes(words), `"${thrown.message}" names ${words}`)
  return thrown
}

function shown(text: string): string {
  return text.length > 60 ? `${text.length} characters` : JSON.stringify(text)
}
