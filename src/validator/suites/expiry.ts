import { HEADERS } from '../../protocol/names.ts'
import type { Delay, Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import { clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, lockedBy, otherHeader, status } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import {
  COAUTH,
  LOCK,
  lock,
  lockFor,
  OTHER_COAUTH,
  OTHER_LOCK,
  RELEASE,
  RELEASE_WOPI_LOCK,
  refreshCoauth,
  releaseCoauth,
  takeCoauth,
  takeExclusive,
  unlock,
} from './locks.ts'
import { fileIs } from './reads.ts'
import { main, READ_NUMBER, save, saveRefused, unlockedWith, unsent } from './saves.ts'
import { append, appendRaw, createSession, endSession, SESSION } from './sessions.ts'

const GET = 'GetCoauthLock'
const REFRESH = 'RefreshCoauthLock'
const WOPI_LOCKS = 'wopi-locks'
const UPDATE = 'UpdateUploadSession'

const MINUTE_S = 60
const SHORT = { expirationTimeout: String(MINUTE_S) }
const FRAME = chunkFrames('Before the session expires')

const DEAD = clause(GET, 'A lock that has expired counts as if it had never been taken.')
const HONOURED = clause(WOPI_LOCKS, 'A lock lives as long as X-WOPI-LockExpirationTimeout says.')

export const EXPIRY = defineGroup('Expiry', ['Coauth', 'UpdateAndLocks'], {
  CoauthLockIsGone: {
    description:
      'Takes a lock for 60 seconds, waits until it has expired, then refreshes and releases it.',
    clause: DEAD,
    requests: [
      takeCoauth(COAUTH, SHORT),
      wait(MINUTE_S),
      refreshCoauth(COAUTH, { validators: [status(409)] }),
      releaseCoauth(COAUTH, [status(409)]),
    ],
    cleanup: RELEASE,
  },
  CoauthLockLivesToItsEnd: {
    description: 'Takes a lock for 90 seconds, waits for 60, then refreshes it.',
    clause: clause(GET, 'The host honours the timeout that a client asks for.'),
    requests: [takeCoauth(COAUTH, { expirationTimeout: '90' }), wait(MINUTE_S), refreshCoauth()],
    cleanup: RELEASE,
  },
  RefreshedLockLivesOn: {
    description:
      'Refreshes a lock of 60 seconds after 40 seconds, and looks for it 40 seconds later.',
    clause: clause(REFRESH, 'The lock lives on for the timeout, counted from the refresh.'),
    requests: [
      takeCoauth(COAUTH, SHORT),
      wait(40),
      refreshCoauth(COAUTH, SHORT),
      wait(40),
      tableHasOne(COAUTH),
    ],
    cleanup: RELEASE,
  },
  RefreshMayShorten: {
    description: 'Refreshes a lock of ten minutes with a timeout of 60 seconds, and waits for 60.',
    clause: clause(REFRESH, 'The lock lives on for the timeout, counted from the refresh.'),
    requests: [
      takeCoauth(),
      refreshCoauth(COAUTH, SHORT),
      wait(MINUTE_S),
      refreshCoauth(COAUTH, { validators: [status(409)] }),
    ],
    cleanup: RELEASE,
  },
  TableWithoutDeadLocks: {
    description: 'Waits until one of two locks has expired.',
    clause: clause('GetCoauthTable', 'The table shows locks that have not expired.'),
    requests: [
      takeCoauth(OTHER_COAUTH),
      takeCoauth(COAUTH, {
        ...SHORT,
        save: [{ name: 'Table', from: { header: HEADERS.coauthTableVersion } }],
      }),
      wait(MINUTE_S),
      {
        operation: 'GetCoauthTable',
        version: { state: 'Table' },
        validators: [
          status(200),
          otherHeader(HEADERS.coauthTableVersion, 'Table'),
          showsOne(OTHER_COAUTH),
        ],
      },
    ],
    cleanup: RELEASE,
  },
  SaveUnderADeadLock: {
    description: 'Saves under a lock that has expired.',
    clause: DEAD,
    requests: [
      ...unlockedWith('Before'),
      takeCoauth(COAUTH, SHORT),
      READ_NUMBER,
      wait(MINUTE_S),
      saveRefused([status(409), lacksHeader(HEADERS.lock)], { streams: [main('Refused')] }),
      fileIs('Before'),
    ],
    cleanup: RELEASE,
  },
  DeadExclusiveLock: {
    description: 'Saves and takes the exclusive lock after the lock of another client has expired.',
    clause: DEAD,
    requests: [
      takeExclusive(COAUTH, SHORT),
      takeCoauth(OTHER_COAUTH),
      wait(MINUTE_S),
      READ_NUMBER,
      save({ coauthLockId: OTHER_COAUTH, streams: [main('Saved')] }),
      takeExclusive(OTHER_COAUTH),
    ],
    cleanup: RELEASE,
  },
  WopiLockAfterACoauthLock: {
    description: 'Takes a WOPI lock after the coauthoring lock has expired.',
    clause: DEAD,
    requests: [takeCoauth(COAUTH, SHORT), lock(LOCK, [status(409)]), wait(MINUTE_S), lock()],
    cleanup: RELEASE,
  },
  CoauthLockAfterAWopiLock: {
    description: 'Takes a coauthoring lock after the WOPI lock has expired.',
    clause: DEAD,
    requests: [
      lockFor('60'),
      takeCoauth(COAUTH, { validators: [status(409)] }),
      wait(MINUTE_S),
      takeCoauth(),
    ],
    cleanup: RELEASE,
  },
  ShortWopiLockIsGone: {
    description: 'Takes a WOPI lock for 60 seconds, and waits until it has expired.',
    clause: HONOURED,
    requests: [
      lockFor('60'),
      lock(OTHER_LOCK, [lockedBy(LOCK)]),
      wait(MINUTE_S),
      unlock(LOCK, [lockedBy('')]),
      lock(OTHER_LOCK),
    ],
    cleanup: RELEASE,
  },
  LongWopiLockIsHeld: {
    description: 'Takes a WOPI lock for 120 seconds, and waits for 60.',
    clause: HONOURED,
    requests: [lockFor('120'), wait(MINUTE_S), lock(OTHER_LOCK, [lockedBy(LOCK)]), unlock()],
    cleanup: RELEASE,
  },
  RefreshedWopiLockLivesOn: {
    description: 'Refreshes a WOPI lock of 60 seconds after 40 seconds, and waits for 40 more.',
    clause: HONOURED,
    requests: [
      lockFor('60'),
      wait(40),
      lockFor('60', { refresh: true }),
      wait(40),
      lock(OTHER_LOCK, [lockedBy(LOCK)]),
      wait(20),
      lock(OTHER_LOCK),
    ],
    cleanup: RELEASE,
  },
  PutFileUnderADeadLock: {
    description: 'Saves by PutFile under a WOPI lock that has expired.',
    clause: clause('Lock', 'A lock that has expired counts as if it had never been taken.'),
    requests: [
      ...unlockedWith('Before'),
      lockFor('60'),
      wait(MINUTE_S),
      {
        operation: 'PutFile',
        lock: LOCK,
        content: { text: 'Refused' },
        validators: [lockedBy('')],
      },
      fileIs('Before'),
    ],
    cleanup: RELEASE,
  },
})

export const LOCK_EXPIRY = defineGroup('LockExpiry', ['UpdateAndLocks'], {
  PlainWopiLock: {
    description: 'Takes a WOPI lock without a timeout, waits 29 minutes, then one more.',
    clause: clause('Lock', 'A lock lives for 30 minutes.'),
    requests: [
      lock(),
      wait(29 * MINUTE_S),
      lock(OTHER_LOCK, [lockedBy(LOCK)]),
      wait(MINUTE_S),
      lock(OTHER_LOCK),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
})

export const SESSION_EXPIRY = defineGroup('SessionExpiry', ['ResumableFileTransfer', 'Coauth'], {
  Update: {
    description: 'Sends a part to a session that nobody has updated for 30 minutes.',
    clause: clause(UPDATE, 'A session that has expired is answered 410.'),
    requests: [
      createSession(),
      append(0, FRAME),
      wait(30 * MINUTE_S),
      appendRaw(FRAME, { offset: String(FRAME.length), validators: [status(410)] }),
    ],
    cleanup: [],
  },
  Commit: {
    description: 'Commits a session that nobody has updated for 30 minutes.',
    clause: clause('commit-upload-session', 'A session that has expired cannot be committed.'),
    requests: [
      createSession(),
      append(0, FRAME),
      wait(30 * MINUTE_S),
      takeCoauth(),
      READ_NUMBER,
      saveRefused([400, 410], {
        session: SESSION,
        streams: [unsent(main('Before the session expires'))],
      }),
    ],
    cleanup: RELEASE,
  },
  LivesFromItsLastUpdate: {
    description: 'Sends parts to a session 20 minutes apart, and commits it 20 minutes later.',
    clause: clause(UPDATE, 'Each update extends the session to 30 minutes from then.'),
    requests: livingSession(),
    cleanup: endSession(),
  },
})

/** The table shows this lock and no other. */
function showsOne(coauthLockId: string): Validator {
  return {
    check: 'json',
    properties: [
      { name: 'CoauthTable', type: 'arrayLength', required: true, expected: 1 },
      {
        name: 'CoauthTable[0].CoauthLockId',
        type: 'string',
        required: true,
        expected: coauthLockId,
      },
    ],
  }
}

function tableHasOne(coauthLockId: string): Request {
  return { operation: 'GetCoauthTable', validators: [status(200), showsOne(coauthLockId)] }
}

function wait(seconds: number): Delay {
  return { operation: 'Delay', seconds }
}

function livingSession(): Step[] {
  return [
    READ_NUMBER,
    createSession(),
    wait(20 * MINUTE_S),
    append(0, FRAME.subarray(0, 40)),
    wait(20 * MINUTE_S),
    append(40, FRAME.subarray(40)),
    wait(20 * MINUTE_S),
    takeCoauth(COAUTH, { validators: [status(200), hasHeader(HEADERS.coauthTableVersion)] }),
    save({ session: SESSION, streams: [unsent(main('Before the session expires'))] }),
  ]
}
