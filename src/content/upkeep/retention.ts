import type { ManifestRecord } from '../../ports/metadata/documents.ts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
/** Time from the Monday before 1970 to 1970. */
const MONDAY_OFFSET_MS = 3 * DAY_MS
/** Fraction of the states reserved for the newest ones, when there are too many. */
const NEWEST_PART = 1 / 4
/**
 * Days whose last state is kept: today and the week before. Of earlier time it is the last state of
 * each week.
 */
const DAYS = 8

/** How long the host keeps history and garbage. */
export interface Retention {
  /**
   * Number of states that the host keeps of each document, including the current one. When there
   * are more, it keeps the newest ones and the last one of each day, week and hour, so that a
   * client that saves every minute does not displace all older ones.
   */
  historyStates: number
  /** Time after its replacement at which a former state is deleted all the same, in ms. */
  historyAgeMs: number
  /**
   * How long a pack that nothing names waits before it is deleted, in ms. This must be longer than
   * any request, and longer than the window in which a backup of the metadata may be restored.
   */
  garbageDelayMs: number
}

export const DEFAULT_RETENTION: Readonly<Retention> = {
  historyStates: 20,
  historyAgeMs: 30 * DAY_MS,
  garbageDelayMs: DAY_MS,
}

type State = Pick<ManifestRecord, 'manifestId' | 'createdAt'>

/**
 * Those of a document's states that are kept no longer.
 *
 * @param states newest first; the first one is the current one
 * @param now in ms since 1970 UTC
 */
export function outdatedStates(
  states: readonly State[],
  { historyStates, historyAgeMs }: Pick<Retention, 'historyStates' | 'historyAgeMs'>,
  now: number,
): string[] {
  // A state is as old as the time at which it was replaced.
  const young = states.filter((_, at) => (states[at - 1]?.createdAt ?? now) >= now - historyAgeMs)
  const kept = new Set(states.slice(0, 1))
  for (const state of byWorth(young, historyStates)) if (kept.size < historyStates) kept.add(state)
  return states.filter((state) => !kept.has(state)).map(({ manifestId }) => manifestId)
}

/** The most worthy states first; all of them, some of them more than once. */
function byWorth(states: readonly State[], most: number): State[] {
  return [
    ...states.slice(0, Math.ceil(most * NEWEST_PART)),
    ...lastOfEach(DAY_MS, states).slice(0, DAYS),
    ...lastOfEach(WEEK_MS, states),
    ...lastOfEach(HOUR_MS, states),
    ...states,
  ]
}

/** The newest state of each period that has some, newest first. */
function lastOfEach(periodMs: number, states: readonly State[]): State[] {
  const periodOf = ({ createdAt }: State) => Math.floor((createdAt + MONDAY_OFFSET_MS) / periodMs)
  const last = new Map<number, State>()
  for (const state of states) if (!last.has(periodOf(state))) last.set(periodOf(state), state)
  return [...last.values()]
}
