import { setTimeout } from 'node:timers/promises'
import type { DocumentStore } from '../../ports/metadata/documents.ts'
import { WopiError } from '../../protocol/errors.ts'
import type { Conflicting } from '../../protocol/locks/conflict.ts'
import { lockConflictError } from '../../protocol/locks/conflict.ts'
import {
  boundedLocks,
  decodeLocks,
  encodeLocks,
  type LockState,
} from '../../protocol/locks/state.ts'

/** Longest pause before locks are changed again that somebody else has just changed, in ms. */
const PAUSE_MAX_MS = 100

/** A rule over the locks of one file at one moment, in ms since 1970 UTC. */
export type LockRule<Outcome> = (locks: LockState, now: number) => Outcome

/** What a rule that changes locks comes to. */
export type LockChange = { ok: true; locks: LockState } | Conflicting

/**
 * Applies a rule to the locks of a file and stores what it makes of them, only if nobody else has
 * changed them meanwhile; else the rule is asked again, after a pause that grows, so that many who
 * change the locks of one file do not keep each other from it. A lock that would last for longer than
 * one may is cut short on the way, also when the rule refuses.
 *
 * @returns also the file's sequence number at the moment of the change: the one that the request
 *   started with may be older
 * @throws WopiError LOCK_CONFLICT when the rule refuses, NOT_FOUND when the file is gone
 */
export async function changeLocks<Outcome extends LockChange>(
  metadata: DocumentStore,
  fileId: string,
  rule: LockRule<Outcome>,
): Promise<Extract<Outcome, { ok: true }> & { sequenceNumber: number }> {
  for (let losses = 0; ; losses++) {
    if (losses > 0) await setTimeout(pauseMs(losses))
    const found = await metadata.readDocument(fileId)
    if (!found) throw new WopiError('NOT_FOUND')
    const { document, now } = found
    const { key, lockVersion } = document
    const stored = decodeLocks(document.locks)
    const bounded = boundedLocks(stored, now)
    const ruled = rule(bounded, now)
    if (!ruled.ok && bounded !== stored)
      await metadata.replaceLocks(key, lockVersion, encodeLocks(bounded))
    const outcome = requireLock(ruled)
    const replaced = await metadata.replaceLocks(key, lockVersion, encodeLocks(outcome.locks))
    if (replaced.ok) return { ...outcome, sequenceNumber: replaced.sequenceNumber }
  }
}

/** A random time that grows with each loss, so that those who wait do not meet again. */
function pauseMs(losses: number): number {
  return Math.random() * Math.min(2 ** losses, PAUSE_MAX_MS)
}

/**
 * Unwraps what a lock rule allows.
 *
 * @throws WopiError LOCK_CONFLICT with the headers that the protocol demands
 */
export function requireLock<Outcome extends { ok: true } | Conflicting>(
  outcome: Outcome,
): Extract<Outcome, { ok: true }> {
  if (!outcome.ok) throw lockConflictError(outcome.conflict)
  return outcome as Extract<Outcome, { ok: true }>
}
