import type { Log } from '../../ports/log.ts'
import type { DeliveryRecord } from '../../ports/metadata/deliveries.ts'
import { unlessAborted } from '../bytes/single-flight.ts'
import type { Alarm } from './alarm.ts'
import { type Attempt, type DeliveryServices, deliver } from './deliver.ts'
import { createFailures, listWaiting, makeDue, type WaitingDelivery } from './waiting.ts'

/** Documents whose saves are delivered at the same time; slow ones are not counted. */
const CONCURRENCY = 8
/** The same with those at which the application has been for a minute. */
const CONCURRENCY_WITH_SLOW = 64
/** Time between two looks at the store when nothing happens here: another process may have died. */
const IDLE_MS = 60_000
/** Shortest time between two looks, in ms. */
const BUSY_MS = 1000
/** Time that attempts under way have when the host closes, in ms. */
const CLOSE_GRACE_MS = 5000

/** Brings saves to the application, each at least once, and those of a document in their order. */
export interface Deliveries {
  start(): void
  /** There may be something to deliver. */
  wake(): void
  /**
   * Waits until nothing waits to be delivered.
   *
   * @throws Error when the deliveries do not run; the reason of `signal`
   */
  settled(signal?: AbortSignal): Promise<void>
  /** What waits, soonest due first. */
  waiting(limit: number): Promise<WaitingDelivery[]>
  /** Makes a save due now, or all that wait; returns how many. */
  retry(fileId?: string): Promise<number>
  /** Ends it: attempts under way are finished, or ended after five seconds. */
  close(): Promise<void>
}

/** Saves that are on their way to the application, at most one of each document. */
interface Attempts {
  /** How many there are. */
  readonly size: number
  has(documentKey: string): boolean
  /** Begins what is due, and returns the time until there may be more to do, in ms. */
  beginDue(): Promise<number>
  /** Resolves when all have ended. */
  ended(): Promise<void>
}

/** Creates the attempts; `onEnd` is told of each that ends, and whether the store could note it. */
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

/** Looks again and again for what is due: when it is woken, and when the time has come. */
interface Watch {
  wake(): void
  /** Looks no more; a look under way is finished first. */
  end(): Promise<void>
}

/** Creates a watch. `look` returns the time until the next look, in ms. */
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

/** Creates the deliveries; nothing runs before `start`. */
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
      // A store that fails is asked again when the alarm rings, not at once.
      if (noted) watch?.wake()
    },
  })

  async function look(): Promise<number> {
    try {
      return await attempts.beginDue()
    } catch (error) {
      log.error({ err: error }, 'The saves to deliver cannot be read; it will be tried again')
      return IDLE_MS
    } finally {
      tellChange()
    }
  }

  /** Each look counts, too: others deliver from the same store, and saves are given up. */
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
        if (!watch) throw new Error('Saves wait to be delivered, but the host was not started')
        // Another process may deliver what is waited for here.
        const stopLooking = alarm(BUSY_MS, watch.wake, { awaited: true })
        await unlessAborted(next, signal).finally(stopLooking)
      }
    },

    waiting: (limit) => listWaiting(metadata, { limit, attempts, failures }),
    retry: (fileId) => makeDue(metadata, { fileId, attempts }).finally(() => watch?.wake()),

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
