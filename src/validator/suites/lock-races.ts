import { atOnce, CLIENTS, IDS, lost, RELEASE_IDS, RELEASE_WOPI_IDS, times, won } from './at-once.ts'
import { clause, defineGroup } from './define-group.ts'
import { status } from './expectations.ts'
import {
  LOCK,
  lock,
  RELEASE,
  RELEASE_WOPI_LOCK,
  releaseCoauth,
  takeCoauth,
  takeExclusive,
  unlock,
} from './locks.ts'

const ONE_LOCK = clause('Lock', 'A file has at most one lock.')

export const LOCK_RACES = defineGroup('LockRaces', ['UpdateAndLocks'], {
  Lock: {
    description: 'Eight clients lock the file with ids of their own.',
    clause: ONE_LOCK,
    requests: [
      atOnce(
        IDS.map((id) => lock(id)),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE_WOPI_IDS,
  },
  LockWithOneId: {
    description: 'Eight clients lock the file with the same id.',
    clause: clause('Lock', 'A lock does not belong to a user: whoever has its id may refresh it.'),
    requests: [
      atOnce(
        times(() => lock()),
        won(CLIENTS),
      ),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  Relock: {
    description: 'Eight clients replace one lock by locks of their own.',
    clause: clause('UnlockAndRelock', 'The old lock is compared and replaced in one step.'),
    requests: [
      lock(),
      atOnce(
        IDS.map((id) => ({ operation: 'UnlockAndRelock', oldLock: LOCK, newLock: id })),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE_WOPI_IDS,
  },
  Unlock: {
    description: 'Eight clients release one lock.',
    clause: clause('Unlock', 'A lock that is not held is answered 409.'),
    requests: [
      lock(),
      atOnce(
        times(() => unlock()),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
})

export const COAUTH_LOCK_RACES = defineGroup('CoauthLockRaces', ['Coauth', 'UpdateAndLocks'], {
  GetCoauthLock: {
    description: 'Eight clients take coauthoring locks.',
    clause: clause('GetCoauthLock', 'Several clients may coauthor a file.'),
    requests: [
      atOnce(
        IDS.map((id) => takeCoauth(id)),
        won(CLIENTS),
      ),
      {
        operation: 'GetCoauthTable',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [
              { name: 'CoauthTable', type: 'arrayLength', required: true, expected: CLIENTS },
            ],
          },
        ],
      },
    ],
    cleanup: RELEASE_IDS,
  },
  GetExclusiveLock: {
    description: 'Eight clients ask for the exclusive lock.',
    clause: clause('GetCoauthLock', 'A file has at most one exclusive lock.'),
    requests: [
      atOnce(
        IDS.map((id) => takeExclusive(id)),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE_IDS,
  },
  SwitchToExclusive: {
    description: 'Eight coauthors try to make their locks exclusive.',
    clause: clause('GetCoauthLock', 'A file has at most one exclusive lock.'),
    requests: [
      ...IDS.map((id) => takeCoauth(id)),
      atOnce(
        IDS.map((id) => takeExclusive(id)),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE_IDS,
  },
  UnlockCoauthLock: {
    description: 'Eight clients release one coauthoring lock.',
    clause: clause('UnlockCoauthLock', 'Releasing a lock that is not held is answered 409.'),
    requests: [
      takeCoauth(),
      atOnce(
        times(() => releaseCoauth()),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE,
  },
  BothKindsOfLocks: {
    description: 'One client asks for a WOPI lock, another one for a coauthoring lock.',
    clause: clause('locks-about', 'Coauthoring locks and WOPI locks exclude each other.'),
    requests: [atOnce([lock(), takeCoauth()], won(1), lost(1, status(409)))],
    cleanup: RELEASE,
  },
})
