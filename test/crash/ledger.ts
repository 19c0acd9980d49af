import type { Content } from './content.ts'

/** A document begins at this number. */
export const FIRST_SEQUENCE_NUMBER = 1

/** Something was lost, torn or made up. */
export class BrokenPromiseError extends Error {
  override readonly name = 'BrokenPromiseError'
}

/**
 * What the clients know about the states of one document: those that were acknowledged, by their
 * sequence number, and those that were sent without an answer.
 */
export interface Ledger {
  /** The newest state that is known to have been acknowledged or read. */
  newest(): { sequenceNumber: number; content: Content }
  /** Every state that was acknowledged or read, by its sequence number. */
  states(): ReadonlyMap<number, Content>
  /** A save is on its way: from now on this state may appear, once. */
  attempt(content: Content): void
  /** The server has refused the save: the state must never appear. */
  refused(content: Content): void
  acknowledged(sequenceNumber: number, content: Content): void
  /**
   * A read showed this. It must be an acknowledged state or one on its way, and none older than
   * what was known when the read began.
   *
   * @throws BrokenPromiseError
   */
  observed(read: { sequenceNumber: number; digest: string; notBefore: number }): void
  /** The server was killed, started anew and read: what has not appeared by now never will. */
  settle(): void
}

export function createLedger(name: string, sequenceNumber: number, content: Content): Ledger {
  const states = new Map([[sequenceNumber, content]])
  const underway = new Map<string, Content>()
  let newest = sequenceNumber

  const record = (number: number, state: Content) => {
    const known = states.get(number)
    if (known && known.digest !== state.digest)
      throw new BrokenPromiseError(`${name}: two states have the sequence number ${number}`)
    states.set(number, state)
    underway.delete(state.digest)
    newest = Math.max(newest, number)
  }

  return {
    newest: () => ({ sequenceNumber: newest, content: states.get(newest) ?? content }),
    states: () => states,
    attempt: (state) => underway.set(state.digest, state),
    refused: (state) => underway.delete(state.digest),
    acknowledged: record,
    observed({ sequenceNumber: number, digest, notBefore }) {
      if (number < notBefore)
        throw new BrokenPromiseError(`${name}: back at ${number}, although ${notBefore} was known`)
      const known = states.get(number)
      if (known?.digest === digest) return
      const state = underway.get(digest)
      if (known || !state)
        throw new BrokenPromiseError(`${name}: content at ${number} is of no state that was sent`)
      record(number, state)
    },
    settle: () => underway.clear(),
  }
}
