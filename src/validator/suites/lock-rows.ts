import type { Group } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import {
  answers,
  BAD_REQUEST,
  COAUTH_STATES,
  COAUTHORED,
  CONFLICT,
  EXCLUSIVE,
  HELD,
  HELD_BY_WOPI,
  matrixGroup,
  NO_LOCK,
  NO_WOPI_LOCK,
  OK,
  OK_OR_CONFLICT,
  PLAIN_STATES,
  type Row,
  WRITTEN,
} from './lock-matrix.ts'
import {
  COAUTH,
  LOCK,
  lock,
  NO_COAUTH,
  OTHER_COAUTH,
  OTHER_LOCK,
  refreshCoauth,
  releaseCoauth,
  THIRD_COAUTH,
  takeCoauth,
  takeExclusive,
  unlock,
} from './locks.ts'
import { readChunked } from './reads.ts'
import { main, putFile, type SaveOptions, saveRefused } from './saves.ts'

const ONLY_OWN_LOCK = answers(NO_LOCK, NO_LOCK, OK, COAUTHORED, COAUTHORED)
const NEVER = answers(NO_LOCK, NO_LOCK, HELD, COAUTHORED, COAUTHORED)
const ALWAYS = answers(OK, OK, OK, OK, OK)

const WOPI_ROWS: Readonly<Record<string, Row>> = {
  Lock: row('with the first lock id', lock(), answers(OK, OK, OK, COAUTHORED, COAUTHORED)),
  LockOther: row(
    'with a second lock id',
    lock(OTHER_LOCK),
    answers(OK, OK, HELD, COAUTHORED, COAUTHORED),
  ),
  Relock: row('from the first lock id', relock(LOCK), ONLY_OWN_LOCK),
  RelockOther: row('from another lock id', relock('wopikit-lock-none'), NEVER),
  RefreshLock: row(
    'with the first lock id',
    { operation: 'RefreshLock', lock: LOCK },
    ONLY_OWN_LOCK,
  ),
  RefreshLockOther: row(
    'with a second lock id',
    { operation: 'RefreshLock', lock: OTHER_LOCK },
    NEVER,
  ),
  Unlock: row('with the first lock id', unlock(), ONLY_OWN_LOCK),
  UnlockOther: row('with a second lock id', unlock(OTHER_LOCK), NEVER),
  PutFileWithoutLock: write(
    'without a lock',
    { operation: 'PutFile', content: { text: WRITTEN } },
    answers(OK, NO_LOCK, HELD, COAUTHORED, COAUTHORED),
  ),
  PutFile: write(
    'with the first lock id',
    putFile(WRITTEN),
    answers(OK_OR_CONFLICT, NO_LOCK, OK, COAUTHORED, COAUTHORED),
  ),
  PutFileOther: write(
    'with a second lock id',
    putFile(WRITTEN, { lock: OTHER_LOCK }),
    answers(OK_OR_CONFLICT, NO_LOCK, HELD, COAUTHORED, COAUTHORED),
  ),
  CheckFileInfo: row('', { operation: 'CheckFileInfo' }, ALWAYS),
  GetFile: row('', { operation: 'GetFile' }, ALWAYS),
}

/** WOPI locks, and saves under them. */
export const LOCK_MATRICES: readonly Group[] = [
  matrixGroup('LockMatrix', ['UpdateAndLocks'], WOPI_ROWS, PLAIN_STATES),
  matrixGroup('LockMatrixWhileCoauthored', ['Coauth', 'UpdateAndLocks'], WOPI_ROWS, COAUTH_STATES),
]

const GET_LOCK_ROWS: Readonly<Record<string, Row>> = {
  GetLock: row(
    '',
    { operation: 'GetLock' },
    answers(
      { words: '200 with an empty X-WOPI-Lock', validators: NO_WOPI_LOCK.validators },
      { words: '200 with an empty X-WOPI-Lock', validators: NO_WOPI_LOCK.validators },
      {
        words: '200 with the lock in X-WOPI-Lock',
        validators: [
          { check: 'status', expected: 200 },
          { check: 'header', name: 'X-WOPI-Lock', required: true, expected: LOCK },
        ],
      },
      NO_WOPI_LOCK,
      NO_WOPI_LOCK,
    ),
  ),
}

export const GET_LOCK_MATRICES: readonly Group[] = [
  matrixGroup('GetLockMatrix', ['UpdateAndLocks', 'GetLock'], GET_LOCK_ROWS, PLAIN_STATES),
  matrixGroup(
    'GetLockMatrixWhileCoauthored',
    ['Coauth', 'UpdateAndLocks', 'GetLock'],
    GET_LOCK_ROWS,
    COAUTH_STATES,
  ),
]

/** Saves under any kind of lock: page "PutChunkedFile" has the table. */
export const SAVE_MATRIX = matrixGroup('SaveLockMatrix', ['Coauth', 'UpdateAndLocks'], {
  WithoutLock: saveRow(
    'without a lock',
    { lock: '', coauthLockId: '' },
    answers(OK, NO_LOCK, HELD, COAUTHORED, COAUTHORED),
  ),
  WopiLock: saveRow(
    'with the first WOPI lock id',
    { lock: LOCK },
    answers(OK_OR_CONFLICT, NO_LOCK, OK, COAUTHORED, EXCLUSIVE),
  ),
  OtherWopiLock: saveRow(
    'with a second WOPI lock id',
    { lock: OTHER_LOCK },
    answers(OK_OR_CONFLICT, NO_LOCK, HELD_BY_WOPI, COAUTHORED, EXCLUSIVE),
  ),
  CoauthLock: saveRow(
    'with the first coauthoring lock, which may be exclusive',
    { coauthLockId: COAUTH },
    answers(OK_OR_CONFLICT, CONFLICT, HELD_BY_WOPI, OK, OK),
  ),
  OtherCoauthLock: saveRow(
    'with the other coauthoring lock',
    { coauthLockId: OTHER_COAUTH },
    answers(OK_OR_CONFLICT, CONFLICT, HELD_BY_WOPI, OK, EXCLUSIVE),
  ),
  UnknownCoauthLock: saveRow(
    'with an unknown coauthoring lock id',
    { coauthLockId: NO_COAUTH },
    answers(OK_OR_CONFLICT, CONFLICT, HELD_BY_WOPI, COAUTHORED, EXCLUSIVE),
  ),
  IdOfTheOtherKind: saveRow(
    'with the id of the WOPI lock as coauthoring lock',
    { coauthLockId: LOCK },
    answers(OK_OR_CONFLICT, CONFLICT, HELD_BY_WOPI, COAUTHORED, EXCLUSIVE),
  ),
  BothKinds: saveRow(
    'with a WOPI lock and a coauthoring lock',
    { lock: LOCK, coauthLockId: COAUTH },
    answers(BAD_REQUEST, BAD_REQUEST, BAD_REQUEST, BAD_REQUEST, BAD_REQUEST),
  ),
  GetChunkedFile: row('', readChunked({}), ALWAYS),
  GetSequenceNumber: row('', { operation: 'GetSequenceNumber' }, ALWAYS),
})

export const COAUTH_MATRIX = matrixGroup('CoauthLockMatrix', ['Coauth', 'UpdateAndLocks'], {
  GetCoauth: row(
    'with the first coauthoring lock id',
    takeCoauth(),
    answers(OK, OK, CONFLICT, OK, OK),
  ),
  GetCoauthNew: row('with a new lock', takeCoauth(THIRD_COAUTH), answers(OK, OK, CONFLICT, OK, OK)),
  GetExclusive: row(
    'for the exclusive lock by the first coauthor',
    takeExclusive(),
    answers(OK, OK, CONFLICT, OK, OK),
  ),
  GetExclusiveOther: row(
    'for the exclusive lock by the other coauthor',
    takeExclusive(OTHER_COAUTH),
    answers(OK, OK, CONFLICT, OK, COAUTHORED),
  ),
  GetExclusiveNew: row(
    'for the exclusive lock by a new coauthor',
    takeExclusive(THIRD_COAUTH),
    answers(OK, OK, CONFLICT, OK, COAUTHORED),
  ),
  Refresh: row(
    'with the first coauthoring lock id',
    refreshCoauth(),
    answers(CONFLICT, CONFLICT, CONFLICT, OK, OK),
  ),
  RefreshUnknown: row(
    'with an unknown lock id',
    refreshCoauth(NO_COAUTH),
    answers(CONFLICT, CONFLICT, CONFLICT, COAUTHORED, COAUTHORED),
  ),
  Unlock: row(
    'with the first coauthoring lock id',
    releaseCoauth(),
    answers(CONFLICT, CONFLICT, CONFLICT, OK, OK),
  ),
  UnlockUnknown: row(
    'with an unknown lock id',
    releaseCoauth(NO_COAUTH),
    answers(CONFLICT, CONFLICT, CONFLICT, COAUTHORED, COAUTHORED),
  ),
  GetTable: row('', { operation: 'GetCoauthTable' }, answers(OK, OK, CONFLICT, OK, OK)),
})

function row(words: string, request: Request, expected: Row['answers']): Row {
  return { words, request, answers: expected }
}

function write(words: string, request: Request, expected: Row['answers']): Row {
  return { words, request, writes: true, answers: expected }
}

function saveRow(
  words: string,
  locks: Pick<SaveOptions, 'lock' | 'coauthLockId'>,
  expected: Row['answers'],
): Row {
  return write(words, saveRefused([], { streams: [main(WRITTEN)], ...locks }), expected)
}

function relock(oldLock: string): Request {
  return { operation: 'UnlockAndRelock', oldLock, newLock: OTHER_LOCK }
}
