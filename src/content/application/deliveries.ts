import type { Log } from '../../ports/log.ts'
import type { DeliveryRecord } from '../../ports/metadata/deliveries.ts'
import { unlessAborted } from '../bytes/single-flight.ts'
import type { Alarm } from './alarm.ts'
import { type Attempt, type DeliveryServices, deliver } from './deliver.ts'
import { createFailures, listWaiting, retryNow, type WaitingDelivery } from './waiting.ts'

/** Documents whose saves are delivered at the same time; slow ones are not counted. */
const CONCURRENCY = 8
/** The same with those at which the application has been for a minute. */
const CONCURRENCY_WITH_SLOW = 64
/**
 * Time between two checks of the store when this process saves nothing, in ms: another process may
 * have died.
 */
const IDLE_MS = 60_000
/** Shortest time between two checks, in ms. */
const BUSY_MS = 1000
/** Time that running attempts get when the host closes, in ms. */
const CLOSE_GRACE_MS = 5000

/** Delivers saves to the application: each at least once, and those of one document in order. */
export interface Deliveries {
  start(): void
  /** Says that there may be something to deliver. */
  wake(): void
  /**
   * Waits until every save is delivered.
   *
   * @throws Error when saves wait and the deliveries do not run; the reason of `signal` when it
   *   aborts
   */
  settled(signal?: AbortSignal): Promise<void>
  /** What waits, soonest due first. */
  waiting(limit: number): Promise<WaitingDelivery[]>
  /** Makes a save due now, or all that wait; returns how many. */
  retry(fileId?: string): Promise<number>
  /** Ends the deliveries. Running attempts may finish; after five seconds they are aborted. */
  close(): Promise<void>
}

/** Running attempts to deliver saves, at most one for each document. */
interface Attempts {
  /** The number of running attempts. */
  readonly size: number
  has(documentKey: string): boolean
  /** Starts attempts that are due, and returns the time until more may be due, in ms. */
  beginDue(): Promise<number>
  /** Resolves when all attempts have ended. */
  ended(): Promise<void>
}

/** Creates the attempts. `onEnd` is called after each one, with whether the store recorded it. */
function createAttempts(
  services: DeliveryServices,
  events: Attempt & { onEnd(noted: boolean): void },
): Attempts {
  const underWay = new Map<string, Promise<void>>()
  const slow = new Set<string>()

  async function attempt(delivery: DeliveryRecord): Promise<void> {
    const { documentKey } = delivery
    const onSlow = () => {
      slow.add(documentKey)
      events.onSlow()
    }
    const noted = await deliver(services, delivery, { ...events, onSlow })
    underWay.delete(documentKey)
    slow.delete(documentKey)
    events.onEnd(noted)
  }

  const hasRoom = () =>
    underWay.size - slow.size < CONCURRENCY && underWay.size < CONCURRENCY_WITH_SLOW

  return {
    get size() {
      return underWay.size
    },

    has: (documentKey) => underWay.has(documentKey),

    async beginDue() {
      const wanted = CONCURRENCY + underWay.size
      const { deliveries, nextAt, now } = await services.metadata.listDeliveries(wanted)
      for (const delivery of deliveries)
        if (hasRoom() && !underWay.has(delivery.documentKey))
          underWay.set(delivery.documentKey, attempt(delivery))
      return nextAt === undefined ? IDLE_MS : Math.min(IDLE_MS, Math.max(BUSY_MS, nextAt - now))
    },

    async ended() {
      await Promise.all(underWay.values())
    },
  }
}

/** Checks repeatedly for work that is due: when woken, and when the time has come. */
interface Watch {
  wake(): void
  /** Ends the watch after the running check. */
  end(): Promise<void>
}

/** Creates a watch. `look` returns the time until the next check, in ms. */
function createWatch(alarm: Alarm, look: () => Promise<number>): Watch {
  let ended = false
  let looking: Promise<void> | undefined
  let lookAgain = false
  let stopAlarm = () => {}

  function wake(): void {
    if (ended) return
    if (looking) lookAgain = true
    else looking = lookUntilQuiet()
  }

  async function lookUntilQuiet(): Promise<void> {
    stopAlarm()
    let pause: number
    do {
      lookAgain = false
      pause = await look()
    } while (lookAgain && !ended)
    looking = undefined
    if (!ended) stopAlarm = alarm(pause, wake)
  }

  return {
    wake,
    async end() {
      ended = true
      stopAlarm()
      await looking
    },
  }
}

/** Says that nobody has started the deliveries, once. */
function createMissedStart(log: Log): () => void {
  let isTold = false
  return () => {
    if (!isTold)
      log.warn({}, 'Saves wait to be delivered: call host.start(), once, when the server starts')
    isTold = true
  }
}

/** Creates the deliveries. Nothing runs before `start`. */
export function createDeliveries(services: DeliveryServices): Deliveries {
  const { metadata, log } = services
  const { alarm } = services.patience
  const stop = new AbortController()
  let watch: Watch | undefined
  const tellMissed = createMissedStart(log)
  const failures = createFailures()
  let changed = Promise.withResolvers<void>()
  const attempts = createAttempts(services, {
    ended: stop.signal,
    onSlow: () => watch?.wake(),
    onFailure: (failure) => failures.note(failure),
    onEnd(noted) {
      tellChange()
      // A failing store is tried again when the alarm rings, not at once.
      if (noted) watch?.wake()
    },
  })

  async function look(): Promise<number> {
    try {
      return await attempts.beginDue()
    } catch (error) {
      log.error({ err: error }, 'The saves to deliver could not be listed; retrying')
      return IDLE_MS
    } finally {
      tellChange()
    }
  }

  /**
   * Called after each check, too: other processes deliver saves, and documents with saves are
   * deleted.
   */
  function tellChange(): void {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  return {
    start() {
      if (stop.signal.aborted) return
      watch ??= createWatch(alarm, look)
      watch.wake()
    },

    wake() {
      if (!watch && !stop.signal.aborted) tellMissed()
      watch?.wake()
    },

    async settled(signal = AbortSignal.any([])) {
      for (;;) {
        const next = changed.promise
        const { nextAt } = await metadata.listDeliveries(1)
        if (nextAt === undefined && attempts.size === 0) return
        if (!watch) throw new Error('Saves wait, but the host was not started: call start()')
        // Another process may deliver the saves that this call waits for.
        const stopLooking = alarm(BUSY_MS, watch.wake, { awaited: true })
        await unlessAborted(next, signal).finally(stopLooking)
      }
    },

    waiting: (limit) => listWaiting(metadata, { limit, attempts, failures }),
    retry: (fileId) => retryNow(metadata, { fileId, attempts }).finally(() => watch?.wake()),

    async close() {
      const watching = watch
      watch = undefined
      const stopGrace = alarm(CLOSE_GRACE_MS, () => stop.abort(new Error('The host is closing')))
      await watching?.end()
      await attempts.ended()
      stopGrace()
      stop.abort()
      tellChange()
    },
  }
}
