/** What a store does to its rows in `removeDeadSessions`. */
export interface DeadSessions<Session> {
  /** Sessions whose time of grace is over. */
  expired(): Session[]
  /** Committed sessions that are not marked as emptied. */
  committed(): Session[]
  /** Makes the document due, removes at most `limit` fragments of a session and returns how many. */
  removeFragments(session: Session, limit: number): number
  /** Removes a session that has no fragments any more. */
  remove(session: Session): void
  /** Lets a session be found by its id only: half of its fragments would be other bytes. */
  hide(session: Session): void
  markEmptied(session: Session): void
}

/** Removes and empties sessions, at most `limit` rows; see `MetadataStore.removeDeadSessions`. */
export function clearDeadSessions<Session>(
  store: DeadSessions<Session>,
  limit: number,
): { removed: number; more: boolean } {
  let left = limit
  let removed = 0

  /** Clears one session after the other, as far as rows are left. */
  function clear(
    sessions: Session[],
    finish: (session: Session) => void,
    interrupt: (session: Session) => void,
  ): void {
    for (const session of sessions) {
      if (left === 0) return
      left -= store.removeFragments(session, left)
      if (left === 0) {
        interrupt(session)
        return
      }
      finish(session)
      left--
      removed++
    }
  }

  clear(store.expired(), store.remove, store.hide)
  if (left > 0) clear(store.committed(), store.markEmptied, () => {})
  return { removed, more: left === 0 }
}
