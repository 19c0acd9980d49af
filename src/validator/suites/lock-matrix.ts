import { HEADERS } from '../../protocol/names.ts'
import type { Group, Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, lockedBy, lockedByCoauthors, status } from './expectations.ts'
import {
  COAUTH,
  LOCK,
  lock,
  OTHER_COAUTH,
  RELEASE,
  RELEASE_WOPI_LOCK,
  takeCoauth,
  takeExclusive,
} from './locks.ts'
import { fileIs } from './reads.ts'
import { READ_NUMBER, unlockedWith } from './saves.ts'

/** States that the locks of a file can be in. */
export type LockedAs =
  | 'EmptyAndUnlocked'
  | 'Unlocked'
  | 'WopiLocked'
  | 'Coauthored'
  | 'ExclusivelyCoauthored'

/** What the file holds before the request, and what requests write. */
const BEFORE = 'Before the request'
export const WRITTEN = 'Written by the request'

const TWO_COAUTHORS = [takeCoauth(COAUTH), takeCoauth(OTHER_COAUTH)]
const STATES: Readonly<Record<LockedAs, { words: string; steps: readonly Step[] }>> = {
  EmptyAndUnlocked: { words: 'an empty file that is not locked', steps: unlockedWith('') },
  Unlocked: { words: 'a file that is not locked', steps: unlockedWith(BEFORE) },
  WopiLocked: {
    words: 'a file locked with the first lock id',
    steps: [...unlockedWith(BEFORE), lock()],
  },
  Coauthored: {
    words: 'a file with two coauthoring locks',
    steps: [...unlockedWith(BEFORE), ...TWO_COAUTHORS],
  },
  ExclusivelyCoauthored: {
    words: 'a file with two coauthoring locks, one of them exclusive',
    steps: [...unlockedWith(BEFORE), ...TWO_COAUTHORS, takeExclusive(COAUTH)],
  },
}

/** How a request is answered. */
export interface Answer {
  /** Behind `is answered`. */
  words: string
  validators: readonly Validator[]
  /** Whether a save has happened; left out where the pages do not say. */
  writes?: boolean
}

export const OK: Answer = { words: '200', validators: [status(200)], writes: true }
export const BAD_REQUEST: Answer = { words: '400', validators: [status(400)], writes: false }
/** No WOPI lock fits, for there is none. */
export const NO_LOCK: Answer = {
  words: '409 with an empty X-WOPI-Lock',
  validators: [lockedBy('')],
  writes: false,
}
/** Another WOPI lock is held. */
export const HELD: Answer = {
  words: '409 with the lock that is held in X-WOPI-Lock',
  validators: [lockedBy(LOCK)],
  writes: false,
}
/** The same to a PutChunkedFile, which is told what kind of lock it is. */
export const HELD_BY_WOPI: Answer = {
  words: '409 with X-WOPI-ConflictingMechanism WOPI-Lock, and the lock that is held in X-WOPI-Lock',
  validators: [lockedBy(LOCK), hasHeader(HEADERS.conflictingMechanism, 'WOPI-Lock')],
  writes: false,
}
/** While a file is coauthored no conflict names a WOPI lock: page "locks-about". */
export const COAUTHORED: Answer = {
  words: '409 without X-WOPI-Lock',
  validators: lockedByCoauthors(),
  writes: false,
}
export const EXCLUSIVE: Answer = {
  words: '409 with X-WOPI-ConflictingMechanism WOPI-CoauthExclusiveLock, without X-WOPI-Lock',
  validators: [
    ...lockedByCoauthors(),
    hasHeader(HEADERS.conflictingMechanism, 'WOPI-CoauthExclusiveLock'),
  ],
  writes: false,
}
export const CONFLICT: Answer = { words: '409', validators: [status(409)], writes: false }
/** The pages do not say which. */
export const OK_OR_CONFLICT: Answer = { words: '200 or 409', validators: [status(200, 409)] }
/** GetLock of a file that is coauthored: as a conflict or as no WOPI lock. */
export const NO_WOPI_LOCK: Answer = {
  words: '409, or 200, without a lock in X-WOPI-Lock',
  validators: [status(200, 409), lacksHeader(HEADERS.lock)],
}

/** A request, and how it is answered in each state. */
export interface Row {
  /** What is special about it, after the operation's name: `with a second lock id`; may be empty. */
  words: string
  request: Request
  /** Whether it writes {@link WRITTEN}. */
  writes?: true
  answers: Readonly<Record<LockedAs, Answer>>
}

/** The five answers in the order of the states. */
export function answers(
  ...[EmptyAndUnlocked, Unlocked, WopiLocked, Coauthored, ExclusivelyCoauthored]: [
    Answer,
    Answer,
    Answer,
    Answer,
    Answer,
  ]
): Row['answers'] {
  return { EmptyAndUnlocked, Unlocked, WopiLocked, Coauthored, ExclusivelyCoauthored }
}

/** What every host can be asked for, and what only one that knows of coauthoring can. */
export const PLAIN_STATES: readonly LockedAs[] = ['EmptyAndUnlocked', 'Unlocked', 'WopiLocked']
export const COAUTH_STATES: readonly LockedAs[] = ['Coauthored', 'ExclusivelyCoauthored']

/** A case for each row in each of the states, which are all of them by default. */
export function matrixGroup(
  name: string,
  prerequisites: readonly string[],
  rows: Readonly<Record<string, Row>>,
  states: readonly LockedAs[] = [...PLAIN_STATES, ...COAUTH_STATES],
): Group {
  const drafts: Record<string, CaseDraft> = {}
  const cleanup = prerequisites.includes('Coauth') ? RELEASE : RELEASE_WOPI_LOCK
  for (const [rowName, row] of Object.entries(rows)) {
    for (const state of states) {
      drafts[`${rowName}.On${state}`] = { ...cell(row, state), cleanup }
    }
  }
  return defineGroup(name, prerequisites, drafts)
}

function cell(
  { words, request, writes, answers }: Row,
  state: LockedAs,
): Omit<CaseDraft, 'cleanup'> {
  const { operation } = request
  const sent = [operation, words].filter(Boolean).join(' ')
  const answer = answers[state]
  const before = state === 'EmptyAndUnlocked' ? '' : BEFORE
  const known = writes && answer.writes !== undefined
  return {
    description: `Sends ${sent} to ${STATES[state].words}.`,
    clause: clause(
      operation,
      `${sent}, sent to ${STATES[state].words}, is answered ${answer.words}.`,
    ),
    requests: [
      ...STATES[state].steps,
      ...(operation === 'PutChunkedFile' ? [READ_NUMBER] : []),
      { ...request, validators: answer.validators },
      ...(known ? [fileIs(answer.writes ? WRITTEN : before)] : []),
    ],
  }
}
