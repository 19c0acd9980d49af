import {
  COAUTH_METADATA_MAX_BYTES,
  HEADERS,
  LOCK_ID_MAX_CHARS,
  LOCK_TIMEOUT_MAX_S,
  LOCK_TIMEOUT_MIN_S,
} from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { Clause } from '../report.ts'
import { table } from './coauth-rows.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, status, TOKEN_REFUSALS } from './expectations.ts'
import {
  COAUTH,
  LOCK,
  lock,
  lockFor,
  RELEASE,
  refreshCoauth,
  releaseCoauth,
  takeCoauth,
  unlock,
} from './locks.ts'
import { main, READ_NUMBER, save } from './saves.ts'

const GET = 'GetCoauthLock'
const LOCKS = 'locks-about'
const WOPI_LOCKS = 'wopi-locks'

const ID_RULE = clause(LOCKS, 'A CoauthLockId is a text of 1 to 1024 ASCII characters.')
const TIMEOUT_RULE = clause(GET, 'The timeout is a number of seconds from 60 to 3600.')
const OPAQUE = clause(LOCKS, 'Lock ids are opaque to the host.')

export const COAUTH_LOCK_RULES = defineGroup('CoauthLockRules', ['Coauth', 'UpdateAndLocks'], {
  IdsDifferInCase: {
    description: 'Refreshes and releases a lock by its id in upper case.',
    clause: OPAQUE,
    requests: [
      takeCoauth(),
      refreshCoauth(COAUTH.toUpperCase(), { validators: [status(409)] }),
      releaseCoauth(COAUTH.toUpperCase(), [status(409)]),
      table([{ id: COAUTH }]),
    ],
    cleanup: RELEASE,
  },
  WopiIdsDifferInCase: {
    description: 'Refreshes and releases a WOPI lock by its id in upper case.',
    clause: OPAQUE,
    requests: [
      lock(),
      { operation: 'RefreshLock', lock: LOCK.toUpperCase(), validators: [status(409)] },
      unlock(LOCK.toUpperCase(), [status(409)]),
      unlock(),
    ],
    cleanup: RELEASE,
  },
  LongestId: {
    description: 'Takes a lock with an id of 1024 characters.',
    clause: ID_RULE,
    requests: [
      takeCoauth('c'.repeat(LOCK_ID_MAX_CHARS)),
      releaseCoauth('c'.repeat(LOCK_ID_MAX_CHARS)),
    ],
    cleanup: [releaseCoauth('c'.repeat(LOCK_ID_MAX_CHARS))],
  },
  IdTooLong: refused('Takes a lock with an id of 1025 characters.', ID_RULE, [
    takeCoauth('c'.repeat(LOCK_ID_MAX_CHARS + 1), { validators: [status(400)] }),
  ]),
  SaveWithAnIdTooLong: refused('Saves with an id of 1025 characters.', ID_RULE, [
    takeCoauth(),
    READ_NUMBER,
    {
      ...save({ coauthLockId: 'c'.repeat(LOCK_ID_MAX_CHARS + 1), streams: [main('Refused')] }),
      validators: [status(400)],
    },
  ]),
  LargestMetadata: {
    description: 'Takes a lock with metadata of 4 KB.',
    clause: clause(GET, 'Metadata has at most 4 KB.'),
    requests: [takeCoauth(COAUTH, { metadata: 'm'.repeat(COAUTH_METADATA_MAX_BYTES) })],
    cleanup: RELEASE,
  },
  MetadataTooLarge: refused(
    'Takes a lock with metadata of 4097 bytes.',
    clause(GET, 'Metadata has at most 4 KB.'),
    [
      takeCoauth(COAUTH, {
        metadata: 'm'.repeat(COAUTH_METADATA_MAX_BYTES + 1),
        validators: [status(400)],
      }),
    ],
  ),
  ...timeouts(),
  LockVisibleToUsers: {
    description: 'Asks for the coauthoring lock of a file with a WOPI lock that users may see.',
    clause: clause(WOPI_LOCKS, 'A conflict with a lock that users may see names its holder.'),
    requests: [
      { operation: 'Lock', lock: LOCK, lockUserVisible: true },
      takeCoauth(COAUTH, {
        validators: [status(409), hasHeader(HEADERS.conflictingLockUsername)],
      }),
    ],
    cleanup: RELEASE,
  },
  LockNotVisibleToUsers: {
    description: 'Asks for the coauthoring lock of a file with a WOPI lock that users may not see.',
    clause: clause(WOPI_LOCKS, 'The holder of a lock is not named unless the lock asks for it.'),
    requests: [
      lock(),
      takeCoauth(COAUTH, {
        validators: [status(409), lacksHeader(HEADERS.conflictingLockUsername)],
      }),
    ],
    cleanup: RELEASE,
  },
  GetWithInvalidToken: refused(
    'Takes a lock with an access token that is not valid.',
    clause(GET, 'An access token that is not valid is answered 401.'),
    [{ ...takeCoauth(COAUTH, { validators: [status(...TOKEN_REFUSALS)] }), invalidToken: true }],
  ),
})

function refused(description: string, broken: Clause, requests: readonly Step[]): CaseDraft {
  return { description, clause: broken, requests, cleanup: RELEASE }
}

/** Both ends of what is allowed, and what lies beyond, for each request that names a timeout. */
function timeouts(): Record<string, CaseDraft> {
  const values = {
    Shortest: [String(LOCK_TIMEOUT_MIN_S), 200],
    Longest: [String(LOCK_TIMEOUT_MAX_S), 200],
    TooShort: [String(LOCK_TIMEOUT_MIN_S - 1), 400],
    TooLong: [String(LOCK_TIMEOUT_MAX_S + 1), 400],
    Negative: ['-60', 400],
    NoNumber: ['a minute', 400],
  } as const
  const drafts: Record<string, CaseDraft> = {}
  for (const [name, [timeout, expected]] of Object.entries(values)) {
    const validators = [status(expected)]
    const words = `with a timeout of "${timeout}"`
    drafts[`GetTimeout${name}`] = refused(`Takes a coauthoring lock ${words}.`, TIMEOUT_RULE, [
      takeCoauth(COAUTH, { expirationTimeout: timeout, validators }),
    ])
    drafts[`RefreshTimeout${name}`] = refused(`Refreshes one ${words}.`, TIMEOUT_RULE, [
      takeCoauth(),
      refreshCoauth(COAUTH, { expirationTimeout: timeout, validators }),
    ])
    drafts[`WopiTimeout${name}`] = refused(
      `Takes a WOPI lock ${words}.`,
      clause(WOPI_LOCKS, 'X-WOPI-LockExpirationTimeout is a number of seconds from 60 to 3600.'),
      [lockFor(timeout, { validators })],
    )
  }
  return drafts
}
