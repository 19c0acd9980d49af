import type { DeliveryRecord } from '../../ports/metadata-store.ts'
import { unlessAborted } from '../bytes/single-flight.ts'
import { type Alarm, type DeliveryServices, deliver } from './deliver.ts'

/** Documents whose saves are delivered at the same time. */
const CONCURRENCY = 8
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
  /** Ends it: attempts under way are finished, or ended after five seconds. */
  close(): Promise<void>
}

/** Creates the deliveries; nothing runs before `start`. */
export function createDeliveries(
  options: Omit<DeliveryServices, 'alarm'> & { alarm?: Alarm },
): Deliveries {
  const services = { ...options, alarm: options.alarm ?? systemAlarm }
  const { metadata, log, alarm } = services
  const underWay = new Map<string, Promise<void>>()
  const ended = new AbortController()
  let running = false
  let looking: Promise<void> | undefined
  let lookAgain = false
  let stopAlarm = () => {}
  let changed = Promise.withResolvers<void>()

  function wake(): void {
    if (!running) return
    if (looking) lookAgain = true
    else looking = look()
  }

  async function look(): Promise<void> {
    stopAlarm()
    let pause = IDLE_MS
    try {
      do {
        lookAgain = false
        pause = await beginDue()
      } while (lookAgain)
    } catch (error) {
      log.error({ err: error }, 'The saves to deliver cannot be read; it will be tried again')
    }
    looking = undefined
    tellChange()
    if (lookAgain) wake()
    else if (running) stopAlarm = alarm(pause, wake)
  }

  /** Begins what is due, and returns the time until there may be more to do, in ms. */
  async function beginDue(): Promise<number> {
    const { deliveries, nextAt, now } = await metadata.listDeliveries(CONCURRENCY + underWay.size)
    for (const delivery of deliveries)
      if (running && underWay.size < CONCURRENCY && !underWay.has(delivery.documentKey))
        underWay.set(delivery.documentKey, attempt(delivery))
    return nextAt === undefined ? IDLE_MS : Math.min(IDLE_MS, Math.max(BUSY_MS, nextAt - now))
  }

  async function attempt(delivery: DeliveryRecord): Promise<void> {
    const noted = await deliver(services, delivery, ended.signal)
    underWay.delete(delivery.documentKey)
    tellChange()
    // A store that fails is asked again when the alarm rings, not at once.
    if (noted) wake()
  }

  /** Each look counts, too: others deliver from the same store, and saves are given up. */
  function tellChange(): void {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  /** Whether no save waits, neither here nor in the store. */
  async function isSettled(): Promise<boolean> {
    const { nextAt } = await metadata.listDeliveries(1)
    return nextAt === undefined && underWay.size === 0
  }

  return {
    start() {
      if (ended.signal.aborted) return
      running = true
      wake()
    },

    wake,

    async settled(signal = AbortSignal.any([])) {
      for (;;) {
        const next = changed.promise
        if (await isSettled()) return
        if (!running) throw new Error('Saves wait to be delivered, but the host was not started')
        // Another process may deliver what is waited for here.
        const stopLooking = alarm(BUSY_MS, wake, { awaited: true })
        await unlessAborted(next, signal).finally(stopLooking)
      }
    },

    async close() {
      running = false
      stopAlarm()
      const stopGrace = alarm(CLOSE_GRACE_MS, () => ended.abort(new Error('The host is closing')))
      await looking
      await Promise.all(underWay.values())
      stopGrace()
      ended.abort()
      tellChange()
    },
  }
}

function systemAlarm(ms: number, act: () => void, { awaited } = { awaited: false }): () => void {
  const timer = setTimeout(act, ms)
  if (!awaited) timer.unref()
  return () => clearTimeout(timer)
}
