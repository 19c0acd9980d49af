import { HEADERS } from '../../protocol/names.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import { type Row, showsRows, table } from './coauth-rows.ts'
import { clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, otherHeader, status } from './expectations.ts'
import {
  COAUTH,
  LOCK,
  lock,
  OTHER_COAUTH,
  RELEASE,
  refreshCoauth,
  releaseCoauth,
  takeCoauth,
  takeExclusive,
} from './locks.ts'
import { main, READ_NUMBER, save } from './saves.ts'

const GET = 'GetCoauthLock'
const REFRESH = 'RefreshCoauthLock'
const TABLE = 'GetCoauthTable'
const LOCKS = 'locks-about'

const VERSION = HEADERS.coauthTableVersion
const CHANGES = clause(TABLE, 'The version changes whenever anything that the table shows does.')
const STAYS = clause(TABLE, 'The version stays the same while the table shows the same.')
const UNTOUCHED = clause(GET, 'A request that is refused leaves the lock as it was.')

export const COAUTH_TABLE = defineGroup('CoauthTable', ['Coauth', 'UpdateAndLocks'], {
  EmptyTable: {
    description: 'Asks for the table of a file that nobody coauthors.',
    clause: clause(TABLE, 'Without locks the table is an empty list, and has a version.'),
    requests: [table([])],
    cleanup: RELEASE,
  },
  TwoRows: {
    description: 'Takes two locks with metadata.',
    clause: clause(
      TABLE,
      'The table has a row for each lock, with id, metadata, type, name and time.',
    ),
    requests: [
      takeCoauth(COAUTH, { metadata: 'one' }),
      takeExclusive(OTHER_COAUTH, {
        metadata: 'two',
        validators: [status(200), hasHeader(VERSION), showsRows(twoRows())],
      }),
      table(twoRows()),
    ],
    cleanup: RELEASE,
  },
  VersionOfTheAnswer: {
    description: 'Compares the version of GetCoauthLock with that of GetCoauthTable.',
    clause: STAYS,
    requests: [
      keepVersion(takeCoauth()),
      { operation: 'GetCoauthTable', validators: [sameVersion()] },
    ],
    cleanup: RELEASE,
  },
  VersionOfARefresh: {
    description: 'Refreshes a lock without metadata.',
    clause: STAYS,
    requests: [
      keepVersion(takeCoauth(COAUTH, { metadata: 'one' })),
      refreshCoauth(COAUTH, {
        validators: [sameVersion(), showsRows([{ id: COAUTH, metadata: 'one' }])],
      }),
    ],
    cleanup: RELEASE,
  },
  VersionOfAnUnlock: {
    description: 'Releases one of two locks.',
    clause: CHANGES,
    requests: [
      takeCoauth(OTHER_COAUTH),
      keepVersion(takeCoauth()),
      releaseCoauth(),
      table([{ id: OTHER_COAUTH }], [otherHeader(VERSION, 'Table')]),
    ],
    cleanup: RELEASE,
  },
  VersionOfNewMetadata: {
    description: 'Refreshes a lock with other metadata.',
    clause: CHANGES,
    requests: [
      keepVersion(takeCoauth(COAUTH, { metadata: 'one' })),
      refreshCoauth(COAUTH, {
        metadata: 'two',
        validators: [
          status(200),
          otherHeader(VERSION, 'Table'),
          showsRows([{ id: COAUTH, metadata: 'two' }]),
        ],
      }),
    ],
    cleanup: RELEASE,
  },
  VersionOfANewType: {
    description: 'Makes a lock exclusive.',
    clause: CHANGES,
    requests: [
      keepVersion(takeCoauth()),
      takeExclusive(COAUTH, {
        validators: [
          status(200),
          otherHeader(VERSION, 'Table'),
          showsRows([{ id: COAUTH, type: 'CoauthExclusive' }]),
        ],
      }),
    ],
    cleanup: RELEASE,
  },
  KnownVersion: {
    description: 'Asks for the table with its version.',
    clause: clause(TABLE, 'A client that has the current version is not sent the table again.'),
    requests: [
      keepVersion(takeCoauth()),
      {
        operation: 'GetCoauthTable',
        version: { state: 'Table' },
        validators: [sameVersion(), { check: 'json', exists: false, properties: [] }],
      },
    ],
    cleanup: RELEASE,
  },
  OldVersion: {
    description: 'Asks for the table with the version before a lock was taken.',
    clause: clause(TABLE, 'A client that has another version is sent the whole table.'),
    requests: [
      keepVersion(takeCoauth()),
      takeCoauth(OTHER_COAUTH),
      {
        operation: 'GetCoauthTable',
        version: { state: 'Table' },
        validators: [status(200), showsRows([{ id: COAUTH }, { id: OTHER_COAUTH }])],
      },
    ],
    cleanup: RELEASE,
  },
  UnknownVersion: {
    description: 'Asks for the table with a version that never was.',
    clause: clause(TABLE, 'A client that has another version is sent the whole table.'),
    requests: [
      takeCoauth(),
      {
        operation: 'GetCoauthTable',
        version: 'wopikit-no-such-version',
        validators: [status(200), showsRows([{ id: COAUTH }])],
      },
    ],
    cleanup: RELEASE,
  },
  LockTimeStays: {
    description: 'Refreshes a lock, and takes it again.',
    clause: clause(TABLE, 'CoauthLockTime is the time at which the lock was first taken.'),
    requests: [
      takeCoauth(COAUTH, {
        save: [{ name: 'Time', from: { json: 'CoauthTable[0].CoauthLockTime' } }],
      }),
      refreshCoauth(COAUTH, { validators: [status(200), lockTimeIs('Time')] }),
      takeCoauth(COAUTH, { validators: [status(200), lockTimeIs('Time')] }),
    ],
    cleanup: RELEASE,
  },
  MetadataOfARefresh: {
    description: 'Refreshes a lock with an empty metadata header.',
    clause: clause(REFRESH, 'Missing or empty metadata leaves the earlier metadata as it is.'),
    requests: [
      takeCoauth(COAUTH, { metadata: 'kept' }),
      refreshCoauth(COAUTH, {
        metadata: '',
        validators: [status(200), showsRows([{ id: COAUTH, metadata: 'kept' }])],
      }),
    ],
    cleanup: RELEASE,
  },
  ExclusiveIsUnique: {
    description: 'Asks for a second exclusive lock, with a lock that has metadata.',
    clause: UNTOUCHED,
    requests: [
      takeExclusive(),
      keepVersion(takeCoauth(OTHER_COAUTH, { metadata: 'mine' })),
      takeExclusive(OTHER_COAUTH, { metadata: 'changed', validators: [status(409)] }),
      table(
        [
          { id: COAUTH, type: 'CoauthExclusive' },
          { id: OTHER_COAUTH, type: 'Coauth', metadata: 'mine' },
        ],
        [sameVersion()],
      ),
    ],
    cleanup: RELEASE,
  },
  ExclusiveIsHandedOn: {
    description: 'Makes an exclusive lock an ordinary one, and another one exclusive.',
    clause: clause(GET, 'A lock changes its type when it is taken again with another type.'),
    requests: [
      takeExclusive(),
      takeCoauth(OTHER_COAUTH),
      takeCoauth(),
      takeExclusive(OTHER_COAUTH),
      table([
        { id: COAUTH, type: 'Coauth' },
        { id: OTHER_COAUTH, type: 'CoauthExclusive' },
      ]),
    ],
    cleanup: RELEASE,
  },
  ExclusiveIsReleased: {
    description: 'Releases the exclusive lock; the other one saves.',
    clause: clause(LOCKS, 'Without an exclusive lock every coauthoring lock allows saving.'),
    requests: [
      takeExclusive(),
      takeCoauth(OTHER_COAUTH),
      releaseCoauth(),
      READ_NUMBER,
      save({ coauthLockId: OTHER_COAUTH, streams: [main('Saved')] }),
    ],
    cleanup: RELEASE,
  },
  LastOneOut: {
    description: 'Releases both locks and takes a WOPI lock.',
    clause: clause(LOCKS, 'A file without coauthoring locks is not locked.'),
    requests: [
      takeCoauth(),
      takeCoauth(OTHER_COAUTH),
      releaseCoauth(),
      releaseCoauth(OTHER_COAUTH),
      lock(),
    ],
    cleanup: RELEASE,
  },
  OneIsLeft: {
    description: 'Releases one of two locks and asks for a WOPI lock.',
    clause: clause(LOCKS, 'Coauthoring locks and WOPI locks exclude each other.'),
    requests: [
      takeCoauth(),
      takeCoauth(OTHER_COAUTH),
      releaseCoauth(),
      lock(LOCK, [status(409), lacksHeader(HEADERS.lock)]),
    ],
    cleanup: RELEASE,
  },
  UnlockTwice: {
    description: 'Releases a lock twice.',
    clause: clause('UnlockCoauthLock', 'Releasing a lock that is not held is answered 409.'),
    requests: [takeCoauth(), releaseCoauth(), releaseCoauth(COAUTH, [status(409)])],
    cleanup: RELEASE,
  },
})

function twoRows(): Row[] {
  return [
    { id: COAUTH, type: 'Coauth', metadata: 'one' },
    { id: OTHER_COAUTH, type: 'CoauthExclusive', metadata: 'two' },
  ]
}

/** Keeps the version of the table as `Table`. */
function keepVersion(request: Request): Request {
  return { ...request, save: [{ name: 'Table', from: { header: VERSION } }] }
}

function sameVersion(): Validator {
  return hasHeader(VERSION, { state: 'Table' })
}

function lockTimeIs(state: string): Validator {
  return {
    check: 'json',
    properties: [
      {
        name: 'CoauthTable[0].CoauthLockTime',
        type: 'long',
        required: true,
        expected: { state },
      },
    ],
  }
}
