import type { DocumentStore } from '../../ports/metadata/documents.ts'
import { WopiError } from '../../protocol/errors.ts'
import type { Conflicting } from '../../protocol/locks/conflict.ts'
import { lockConflictError } from '../../protocol/locks/conflict.ts'
import { decodeLocks, encodeLocks, type LockState } from '../../protocol/locks/state.ts'

/** A rule over the locks of one file at one moment, in ms since 1970 UTC. */
export type LockRule<Outcome> = (locks: LockState, now: number) => Outcome

/** What a rule that changes locks comes to. */
export type LockChange = { ok: true; locks: LockState } | Conflicting

/**
 * Applies a rule to the locks of a file and stores what it makes of them, only if nobody else has
 * changed them meanwhile; else the rule is asked again.
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
  for (;;) {
    const found = await metadata.readDocument(fileId)
    if (!found) throw new WopiError('NOT_FOUND')
    const { document, now } = found
    const outcome = requireLock(rule(decodeLocks(document.locks), now))
    const locks = encodeLocks(outcome.locks)
    const replaced = await metadata.replaceLocks(document.key, document.lockVersion, locks)
    if (replaced.ok) return { ...outcome, sequenceNumber: replaced.sequenceNumber }
  }
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
