import type { Refusal } from '../content/bytes/memory-budget.ts'
import type { Log } from '../ports/log.ts'

const MINUTE_MS = 60 * 1000

/**
 * Logs that requests got no memory: at once, then at most once a minute with their number since.
 *
 * @param now in ms
 */
export function createOverloadLog(log: Log, now: () => number): (refusal: Refusal) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  let refused = 0
  let gaveWay = 0

  return ({ reason, userId, documentKey, operation, bytes }) => {
    if (reason === 'waited') refused++
    else gaveWay++
    if (now() - toldAt < MINUTE_MS) return
    log.warn(
      { userId, document: documentKey, operation, bytes, refused, gaveWay },
      'Memory is short: requests waited too long for it, or lost it because their clients were too slow',
    )
    toldAt = now()
    refused = 0
    gaveWay = 0
  }
}
