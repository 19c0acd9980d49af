import { gaveWay, overloaded, type WopiError } from '../../protocol/errors.ts'
import { createHolder, type Holder, type HolderNames } from './memory-holder.ts'

/** Clock and alarms; tests bring their own. */
export interface BudgetTimers {
  /** In ms. */
  now(): number
  /** @returns a function that cancels the alarm */
  after(ms: number, action: () => void): () => void
}

/** Why a request got no memory, or lost it. */
export interface Refusal extends HolderNames {
  /** `waited`: it got none in time. `gave-way`: others needed what it held. */
  reason: 'waited' | 'gave-way'
  /** Bytes that it held. */
  bytes: number
}

export interface BudgetOptions {
  /** Most bytes that all holders may hold together. */
  totalBytes: number
  /** Bytes that each holder may hold in addition without waiting. */
  freeBytes: number
  /** Longest wait for memory, in ms. */
  waitMs: number
  /**
   * How long a client may stand still while others wait, in ms. After the same time the largest
   * slow holder gives way.
   */
  stallMs: number
  timers: BudgetTimers
  onRefusal?: (refusal: Refusal) => void
}

/** The use of a budget. */
export interface BudgetStats {
  totalBytes: number
  usedBytes: number
  /** Requests that are waiting now. */
  waiting: number
  /** Counts since the start: how often a request had to wait, was refused, and had to give way. */
  waits: number
  refusals: number
  evictions: number
}

/**
 * Memory that all requests share, in bytes. The request whose user, then whose document, holds
 * least is served first. Several requests of one user, or on one document, never hold more than
 * half together.
 */
export interface MemoryBudget {
  /** Begins to count what a request holds, from zero. */
  open(names: HolderNames): Holder
  stats(): BudgetStats
}

interface Waiter {
  holder: Holder
  /** How many more bytes it waits for. */
  more: number
  since: number
  grant(): void
  fail(error: unknown): void
}

/** Creates a budget of which nothing is used. */
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

  /** Only several requests together are limited to half; a single request may need more. */
  function isWithinShares(holder: Holder, more: number): boolean {
    const half = totalBytes / 2
    const others = Math.max(ofUser(holder), ofDocument(holder)) - holder.counted
    return others <= 0 || others + holder.counted + more <= half
  }

  const isFree = (more: number) => used + more <= totalBytes

  /**
   * Finds the waiter to serve next: the one that holds least. Skips those who have reached their
   * half.
   */
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

  /** While requests wait, checks regularly whether a holder has to give way. */
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
