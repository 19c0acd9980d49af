import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import { WopiError } from '../errors.ts'
import { type PresentedLock, readPresentedLock } from '../headers.ts'
import { getCoauthLock, getCoauthTable, refreshCoauthLock, unlockCoauthLock } from './coauth.ts'
import { type Conflicting, lockConflictError } from './conflict.ts'
import { type CoauthLock, type LockState, UNLOCKED } from './state.ts'
import { getWopiLock, lockWopi, refreshWopiLock, unlockAndRelock, unlockWopi } from './wopi.ts'
import { checkPutChunkedFile, checkPutFile } from './writing.ts'

/*
 * The matrix of requests against states, after the pages "locks-about", "wopi-locks",
 * "get-coauth-lock", "put-chunked-file" and the older pages of the WOPI locks. A cell says what the
 * client gets: the status, then XL the value of X-WOPI-Lock, CM of X-WOPI-ConflictingMechanism, and
 * UN of X-WOPI-ConflictingLockUsername; what a cell does not name must not be sent.
 */

const NOW = 1_700_000_000_000
const MINUTE = 60_000

interface FileState {
  locks: LockState
  size: number
}

const STATES = {
  'an unlocked empty file': { locks: UNLOCKED, size: 0 },
  'an unlocked file': { locks: UNLOCKED, size: 5 },
  'an empty file with WOPI lock L': { locks: wopiLocked(), size: 0 },
  'a file with WOPI lock L': { locks: wopiLocked(), size: 5 },
  'a file coauthored by A and B': { locks: coauthored('Coauth'), size: 5 },
  'a file that A coauthors exclusively beside B': {
    locks: coauthored('CoauthExclusive'),
    size: 5,
  },
} satisfies Record<string, FileState>

type Cells = readonly [
  unlockedEmpty: string,
  unlocked: string,
  wopiEmpty: string,
  wopi: string,
  coauth: string,
  exclusive: string,
]

interface Row {
  request: string
  act: (file: FileState, now: number) => { ok: true } | Conflicting
  cells: Cells
}

const HELD = '409 XL="L" UN=Zo+AOs-'
const HELD_FOR_WRITING = '409 XL="L"'
const HELD_FOR_CHUNKS = '409 XL="L" CM=WOPI-Lock'
const HELD_FOR_COAUTH = '409 UN=Zo+AOs-'
const EXCLUSIVE = '409 CM=WOPI-CoauthExclusiveLock'
const NOT_LOCKED = '409 XL=""'

const WOPI_REQUESTS: readonly Row[] = [
  {
    request: 'Lock with L',
    act: ({ locks }, now) => lockWopi(locks, { lockId: 'L', lifetimeMs: MINUTE }, now),
    cells: ['200', '200', '200', '200', '409', '409'],
  },
  {
    request: 'Lock with another id',
    act: ({ locks }, now) => lockWopi(locks, { lockId: 'l', lifetimeMs: MINUTE }, now),
    cells: ['200', '200', HELD, HELD, '409', '409'],
  },
  {
    request: 'UnlockAndRelock from L',
    act: ({ locks }, now) =>
      unlockAndRelock(locks, { oldLockId: 'L', lockId: 'M', lifetimeMs: MINUTE }, now),
    cells: [NOT_LOCKED, NOT_LOCKED, '200', '200', '409', '409'],
  },
  {
    request: 'UnlockAndRelock from another id to L',
    act: ({ locks }, now) =>
      unlockAndRelock(locks, { oldLockId: 'M', lockId: 'L', lifetimeMs: MINUTE }, now),
    cells: [NOT_LOCKED, NOT_LOCKED, HELD, HELD, '409', '409'],
  },
  {
    request: 'RefreshLock with L',
    act: ({ locks }, now) => refreshWopiLock(locks, { lockId: 'L', lifetimeMs: MINUTE }, now),
    cells: [NOT_LOCKED, NOT_LOCKED, '200', '200', '409', '409'],
  },
  {
    request: 'RefreshLock with another id',
    act: ({ locks }, now) => refreshWopiLock(locks, { lockId: 'A', lifetimeMs: MINUTE }, now),
    cells: [NOT_LOCKED, NOT_LOCKED, HELD, HELD, '409', '409'],
  },
  {
    request: 'Unlock with L',
    act: ({ locks }, now) => unlockWopi(locks, 'L', now),
    cells: [NOT_LOCKED, NOT_LOCKED, '200', '200', '409', '409'],
  },
  {
    request: 'Unlock with another id',
    act: ({ locks }, now) => unlockWopi(locks, 'A', now),
    cells: [NOT_LOCKED, NOT_LOCKED, HELD, HELD, '409', '409'],
  },
  {
    request: 'GetLock',
    act: ({ locks }, now) => getWopiLock(locks, now),
    cells: ['200', '200', '200', '200', '409', '409'],
  },
]

const PUT_REQUESTS: readonly Row[] = [
  {
    request: 'PutFile without a lock',
    act: ({ locks, size }, now) => checkPutFile(locks, { size }, now),
    cells: ['200', NOT_LOCKED, HELD_FOR_WRITING, HELD_FOR_WRITING, '409', '409'],
  },
  {
    request: 'PutFile with L',
    act: ({ locks, size }, now) => checkPutFile(locks, { lockId: 'L', size }, now),
    cells: ['200', NOT_LOCKED, '200', '200', '409', '409'],
  },
  {
    request: 'PutFile with another id, that of a coauthoring lock',
    act: ({ locks, size }, now) => checkPutFile(locks, { lockId: 'A', size }, now),
    cells: ['200', NOT_LOCKED, HELD_FOR_WRITING, HELD_FOR_WRITING, '409', '409'],
  },
  {
    request: 'PutChunkedFile without a lock',
    act: putChunkedFile(undefined),
    cells: ['200', NOT_LOCKED, HELD_FOR_CHUNKS, HELD_FOR_CHUNKS, '409', EXCLUSIVE],
  },
  {
    request: 'PutChunkedFile with L',
    act: putChunkedFile({ kind: 'wopi', lockId: 'L' }),
    cells: ['200', NOT_LOCKED, '200', '200', '409', EXCLUSIVE],
  },
  {
    request: 'PutChunkedFile with another WOPI lock, spelled like coauthoring lock A',
    act: putChunkedFile({ kind: 'wopi', lockId: 'A' }),
    cells: ['200', NOT_LOCKED, HELD_FOR_CHUNKS, HELD_FOR_CHUNKS, '409', EXCLUSIVE],
  },
  {
    request: 'PutChunkedFile with coauthoring lock A',
    act: putChunkedFile({ kind: 'coauth', lockId: 'A' }),
    cells: ['200', NOT_LOCKED, HELD_FOR_CHUNKS, HELD_FOR_CHUNKS, '200', '200'],
  },
  {
    request: 'PutChunkedFile with coauthoring lock B',
    act: putChunkedFile({ kind: 'coauth', lockId: 'B' }),
    cells: ['200', NOT_LOCKED, HELD_FOR_CHUNKS, HELD_FOR_CHUNKS, '200', EXCLUSIVE],
  },
  {
    request: 'PutChunkedFile with an unknown coauthoring lock, spelled like the WOPI lock',
    act: putChunkedFile({ kind: 'coauth', lockId: 'L' }),
    cells: ['200', NOT_LOCKED, HELD_FOR_CHUNKS, HELD_FOR_CHUNKS, '409', EXCLUSIVE],
  },
]

const COAUTH_REQUESTS: readonly Row[] = [
  {
    request: 'GetCoauthLock Coauth for A',
    act: takeCoauthLock('A', 'Coauth'),
    cells: ['200', '200', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '200'],
  },
  {
    request: 'GetCoauthLock Coauth for a new id',
    act: takeCoauthLock('C', 'Coauth'),
    cells: ['200', '200', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '200'],
  },
  {
    request: 'GetCoauthLock CoauthExclusive for A',
    act: takeCoauthLock('A', 'CoauthExclusive'),
    cells: ['200', '200', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '200'],
  },
  {
    request: 'GetCoauthLock CoauthExclusive for B',
    act: takeCoauthLock('B', 'CoauthExclusive'),
    cells: ['200', '200', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '409'],
  },
  {
    request: 'GetCoauthLock CoauthExclusive for a new id',
    act: takeCoauthLock('C', 'CoauthExclusive'),
    cells: ['200', '200', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '409'],
  },
  {
    request: 'RefreshCoauthLock of B',
    act: ({ locks }, now) =>
      refreshCoauthLock(locks, { coauthLockId: 'B', lifetimeMs: MINUTE }, now),
    cells: ['409', '409', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '200'],
  },
  {
    request: 'RefreshCoauthLock of an unknown id',
    act: ({ locks }, now) =>
      refreshCoauthLock(locks, { coauthLockId: 'L', lifetimeMs: MINUTE }, now),
    cells: ['409', '409', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '409', '409'],
  },
  {
    request: 'UnlockCoauthLock of B',
    act: ({ locks }, now) => unlockCoauthLock(locks, 'B', now),
    cells: ['409', '409', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '200'],
  },
  {
    request: 'UnlockCoauthLock of an unknown id',
    act: ({ locks }, now) => unlockCoauthLock(locks, 'L', now),
    cells: ['409', '409', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '409', '409'],
  },
  {
    request: 'GetCoauthTable',
    act: ({ locks }, now) => getCoauthTable(locks, now),
    cells: ['200', '200', HELD_FOR_COAUTH, HELD_FOR_COAUTH, '200', '200'],
  },
]

for (const { request, act, cells } of [...WOPI_REQUESTS, ...PUT_REQUESTS, ...COAUTH_REQUESTS]) {
  describe(request, () => {
    for (const [index, [state, file]] of Object.entries(STATES).entries()) {
      const cell = cells[index] ?? ''
      test(`${request} on ${state}: ${cell}`, () => {
        assert.equal(answerOf(act(file, NOW)), cell)
      })
    }

    const expired = NOW + 10 * MINUTE
    for (const [state, file] of Object.entries(STATES)) {
      test(`${request} on ${state} whose locks have expired is as on an unlocked one`, () => {
        const unlocked = { ...file, locks: UNLOCKED }

        assert.deepEqual(act(file, expired), act(unlocked, expired))
      })
    }
  })
}

test('PutChunkedFile with both kinds of lock is a 400 before the state is looked at', () => {
  const request = (name: string) => (/lock/i.test(name) ? 'A' : undefined)

  assert.throws(
    () => readPresentedLock(request),
    (error) => error instanceof WopiError && error.code === 'BOTH_LOCKS' && error.status === 400,
  )
})

function wopiLocked(): LockState {
  return freeze({
    kind: 'wopi',
    lock: { lockId: 'L', expiresAt: NOW + 10 * MINUTE, visibleName: 'Zoë' },
  })
}

function coauthored(type: CoauthLock['type']): LockState {
  const lock = {
    metadata: '',
    userFriendlyName: 'Zoë',
    lockTime: NOW,
    expiresAt: NOW + 10 * MINUTE,
  }
  return freeze({
    kind: 'coauth',
    locks: [
      freeze({ ...lock, coauthLockId: 'A', type }),
      freeze({ ...lock, coauthLockId: 'B', type: 'Coauth' }),
    ],
  })
}

/** The rules are pure: a state that they tried to change would throw. */
function freeze(value: LockState): LockState
function freeze(value: CoauthLock): CoauthLock
function freeze(value: object): object {
  for (const member of Object.values(value)) Object.freeze(member)
  return Object.freeze(value)
}

function takeCoauthLock(coauthLockId: string, type: CoauthLock['type']): Row['act'] {
  const request = { coauthLockId, type, lifetimeMs: MINUTE, metadata: '', userFriendlyName: 'Bob' }
  return ({ locks }, now) => getCoauthLock(locks, request, now)
}

function putChunkedFile(lock: PresentedLock | undefined): Row['act'] {
  return ({ locks, size }, now) => checkPutChunkedFile(locks, { lock, size }, now)
}

/** What the client gets, in the words of the table. */
function answerOf(outcome: { ok: true } | Conflicting): string {
  if (outcome.ok) return '200'
  const { status, headers } = lockConflictError(outcome.conflict)
  const words = [
    ['XL', 'X-WOPI-Lock', JSON.stringify],
    ['CM', 'X-WOPI-ConflictingMechanism', String],
    ['UN', 'X-WOPI-ConflictingLockUsername', String],
  ] as const
  return words.reduce((answer, [word, name, format]) => {
    const value = headers[name]
    return value === undefined ? answer : `${answer} ${word}=${format(value)}`
  }, String(status))
}
