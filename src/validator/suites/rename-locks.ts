import type { Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { lockedBy, lockedByCoauthors, status } from './expectations.ts'
import {
  COAUTH,
  LOCK,
  lock,
  NO_COAUTH,
  OTHER_LOCK,
  RELEASE,
  takeCoauth,
  takeExclusive,
} from './locks.ts'

const PAGE = 'RenameFile'
const NAME = 'wopikit-validator'

/** A name that a case cannot give back is never taken: all of these requests are refused. */
export const RENAME_LOCKS = defineGroup('RenameLocks', ['UpdateAndLocks', 'Rename'], {
  OtherWopiLock: refused('Presents another WOPI lock.', [lock()], { lock: OTHER_LOCK }, [
    lockedBy(LOCK),
  ]),
  NoLock: refused('Presents no lock while a WOPI lock is held.', [lock()], {}, [lockedBy(LOCK)]),
})

export const RENAME_COAUTH_LOCKS = defineGroup(
  'RenameCoauthLocks',
  ['Coauth', 'UpdateAndLocks', 'Rename'],
  {
    CoauthLockOnAWopiLock: refused(
      'Presents a coauthoring lock while a WOPI lock is held.',
      [lock()],
      { coauthLockId: LOCK },
      [status(409)],
    ),
    NoLockWhileCoauthored: refused(
      'Presents no lock while the file is coauthored.',
      [takeCoauth()],
      {},
      lockedByCoauthors(),
    ),
    WopiLockWhileCoauthored: refused(
      'Presents a WOPI lock while the file is coauthored.',
      [takeCoauth()],
      { lock: COAUTH },
      lockedByCoauthors(),
    ),
    UnknownCoauthLock: refused(
      'Presents a coauthoring lock that is not held.',
      [takeCoauth()],
      { coauthLockId: NO_COAUTH },
      lockedByCoauthors(),
    ),
    UnknownCoauthLockWhileExclusive: refused(
      'Presents a coauthoring lock that is not held while another is exclusive.',
      [takeExclusive()],
      { coauthLockId: NO_COAUTH },
      lockedByCoauthors(),
    ),
    BothKinds: {
      ...refused('Presents both kinds of locks.', [lock()], { lock: LOCK, coauthLockId: COAUTH }, [
        status(400),
      ]),
      clause: clause(PAGE, 'X-WOPI-Lock and X-WOPI-CoauthLockId exclude each other.'),
    },
  },
)

function refused(
  description: string,
  before: readonly Step[],
  locks: { lock?: string; coauthLockId?: string },
  validators: readonly Validator[],
): CaseDraft {
  const rename: Request = { operation: 'RenameFile', name: NAME, ...locks, validators }
  return {
    description,
    clause: clause(
      PAGE,
      'A file that is locked is renamed only with its lock; otherwise the answer is 409.',
    ),
    requests: [
      ...before,
      { operation: 'CheckFileInfo', save: [{ name: 'Name', from: { json: 'BaseFileName' } }] },
      rename,
      {
        operation: 'CheckFileInfo',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [
              { name: 'BaseFileName', type: 'string', required: true, expected: { state: 'Name' } },
            ],
          },
        ],
      },
    ],
    cleanup: RELEASE,
  }
}
