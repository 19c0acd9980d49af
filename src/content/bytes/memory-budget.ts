import { gaveWay, overloaded, type WopiError } from '../../protocol/errors.ts'
import { createHolder, type Holder, type HolderNames } from './memory-holder.ts'

/** Clock and alarms, as tests set them. */
export interface BudgetTimers {
  /** In ms. */
  now(): number
  /** @returns what stops the alarm */
  after(ms: number, action: () => void): () => void
}

/** Why somebody did not get memory, or lost it. */
export interface Refusal extends HolderNames {
  /** `waited`: there was none in time. `gave-way`: others needed what it held. */
  reason: 'waited' | 'gave-way'
  /** How much it held, in bytes. */
  bytes: number
}

export interface BudgetOptions {
  /** What all holders may hold together, in bytes. */
  totalBytes: number
  /** What each may hold beside that without asking, in bytes. */
  freeBytes: number
  /** How long somebody waits at most, in ms. */
  waitMs: number
  /** How long a client may stand still while others wait, in ms; so long is waited before the largest gives way. */
  stallMs: number
  timers: BudgetTimers
  onRefusal?: (refusal: Refusal) => void
}

/** How a budget is used. */
export interface BudgetStats {
  totalBytes: number
  usedBytes: number
  /** Requests that wait now. */
  waiting: number
  /** Since the start: how often somebody had to wait, waited in vain, and had to give way. */
  waits: number
  refusals: number
  evictions: number
}

/**
 * Bytes of memory that all requests share. Who holds least is served first, by user and then by
 * document; one user, and one document, never holds more than half by several requests.
 */
export interface MemoryBudget {
  /** Begins to count what a request holds; nothing at first. */
  open(names: HolderNames): Holder
  stats(): BudgetStats
}

interface Waiter {
  holder: Holder
  /** How much more, in bytes. */
  more: number
  since: number
  grant(): void
  fail(error: unknown): void
}

/** Creates a budget that nobody holds anything of. */
export function createMemoryBudget(options: BudgetOptions): MemoryBudget {
  const { totalBytes, freeBytes, waitMs, stallMs, timers, onRefusal } = options
  const holders = new Set<Holder>()
  const waiting: Waiter[] = []
  const counts = { waits: 0, refusals: 0, evictions: 0 }
  const byUser = new Map<string, number>()
  const byDocument = new Map<string, number>()
  let used = 0
  let stopWatch: (() => void) | undefined

  function add({ names }: Holder, bytes: number): void {
    used += bytes
    addTo(byUser, names.userId, bytes)
    addTo(byDocument, names.documentKey, bytes)
  }

  const ofUser = ({ names }: Holder) => byUser.get(names.userId) ?? 0
  const ofDocument = ({ names }: Holder) => byDocument.get(names.documentKey) ?? 0

  /** A share bounds what several requests hold together; a single one may need more. */
  function isWithinShares(holder: Holder, more: number): boolean {
    const half = totalBytes / 2
    const others = Math.max(ofUser(holder), ofDocument(holder)) - holder.counted
    return others <= 0 || others + holder.counted + more <= half
  }

  const isFree = (more: number) => used + more <= totalBytes

  /** The one to be served next: who holds least. Those whose own share is used up stand aside. */
  function first(): Waiter | undefined {
    let best: Waiter | undefined
    for (const waiter of waiting) {
      if (!isWithinShares(waiter.holder, waiter.more)) continue
      if (!best || isBefore(waiter, best)) best = waiter
    }
    return best
  }

  function isBefore(one: Waiter, other: Waiter): boolean {
    const users = ofUser(one.holder) - ofUser(other.holder)
    return users < 0 || (users === 0 && ofDocument(one.holder) < ofDocument(other.holder))
  }

  function serve(): void {
    for (let next = first(); next && isFree(next.more); next = first()) {
      remove(next)
      add(next.holder, next.more)
      next.grant()
    }
    watch()
  }

  function remove(waiter: Waiter): void {
    const index = waiting.indexOf(waiter)
    if (index >= 0) waiting.splice(index, 1)
  }

  /** Looks now and then, while somebody waits, who has to give way. */
  function watch(): void {
    if (waiting.length === 0) {
      stopWatch?.()
      stopWatch = undefined
    } else stopWatch ??= timers.after(stallMs / 4, look)
  }

  function look(): void {
    stopWatch = undefined
    const now = timers.now()
    const next = first()
    if (next && !isFree(next.more)) {
      const idle = [...holders].filter(
        (holder) => holder.counted > 0 && holder.isStalled(now, stallMs),
      )
      for (const holder of idle) evict(holder)
      if (idle.length === 0 && now - next.since >= stallMs) giveWayTo(next)
    }
    watch()
  }

  /**
   * Who waits for a client, or for more memory, gives way to one who will hold less than half of it:
   * the largest user first.
   */
  function giveWayTo({ holder: small, more }: Waiter): void {
    const hungry = new Set(waiting.map(({ holder }) => holder))
    const slow = [...holders].filter(
      (holder) => holder.counted > 0 && (holder.waitsForClient || hungry.has(holder)),
    )
    let missing = used + more - totalBytes
    for (const holder of slow.sort((one, other) => ofUser(other) - ofUser(one))) {
      if (missing <= 0 || ofUser(holder) <= 2 * (ofUser(small) + more)) return
      missing -= holder.counted
      evict(holder)
    }
  }

  function evict(holder: Holder): void {
    if (holder.lost.aborted) return
    counts.evictions++
    onRefusal?.({ ...holder.names, reason: 'gave-way', bytes: holder.bytes })
    holder.take(gaveWay())
  }

  function refuse(waiter: Waiter): WopiError {
    remove(waiter)
    counts.refusals++
    const { names, bytes } = waiter.holder
    onRefusal?.({ ...names, reason: 'waited', bytes })
    return overloaded()
  }

  function ask(holder: Holder, wanted: number): Promise<void> | undefined {
    const more = Math.min(Math.max(0, wanted - freeBytes), totalBytes) - holder.counted
    if (more <= 0) return undefined
    if (waiting.length === 0 && isFree(more) && isWithinShares(holder, more)) {
      add(holder, more)
      holder.counted += more
      return undefined
    }
    return wait(holder, more)
  }

  function wait(holder: Holder, more: number): Promise<void> {
    counts.waits++
    return new Promise((resolve, reject) => {
      const giveUp = () => fail(holder.lost.reason)
      const fail = (error: unknown) => {
        stop()
        holder.lost.removeEventListener('abort', giveUp)
        remove(waiter)
        reject(error)
        serve()
      }
      const stop = timers.after(waitMs, () => fail(refuse(waiter)))
      const grant = () => {
        stop()
        holder.lost.removeEventListener('abort', giveUp)
        holder.counted += more
        resolve()
      }
      const waiter: Waiter = { holder, more, since: timers.now(), grant, fail }
      holder.lost.addEventListener('abort', giveUp, { once: true })
      waiting.push(waiter)
      if (holder.lost.aborted) giveUp()
      else serve()
    })
  }

  function release(holder: Holder, bytes: number): void {
    if (bytes <= 0) return
    holder.counted -= bytes
    add(holder, -bytes)
    serve()
  }

  return {
    open(names) {
      const holder = createHolder(names, timers.now, {
        ask: (wanted) => ask(holder, wanted),
        lower: (bytes) => release(holder, holder.counted - Math.max(0, bytes - freeBytes)),
        end() {
          holders.delete(holder)
          for (const waiter of waiting.filter((one) => one.holder === holder))
            waiter.fail(new Error('The request has ended'))
          release(holder, holder.counted)
        },
      })
      holders.add(holder)
      return holder
    },
    stats: () => ({ totalBytes, usedBytes: used, waiting: waiting.length, ...counts }),
  }
}

function addTo(sums: Map<string, number>, key: string, bytes: number): void {
  const sum = (sums.get(key) ?? 0) + bytes
  if (sum > 0) sums.set(key, sum)
  else sums.delete(key)
}
