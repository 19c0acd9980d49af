import { gaveWay, overloaded, type WopiError } from '../../protocol/errors.ts'
import { createHolder, type Holder, type HolderNames } from './memory-holder.ts'
import { createShares, type Shares } from './memory-shares.ts'

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
  return new Budget(options)
}

class Budget implements MemoryBudget {
  readonly #options: BudgetOptions
  readonly #shares: Shares
  readonly #holders = new Set<Holder>()
  readonly #waiting: Waiter[] = []
  readonly #counts = { waits: 0, refusals: 0, evictions: 0 }
  #stopWatch: (() => void) | undefined

  constructor(options: BudgetOptions) {
    this.#options = options
    this.#shares = createShares(options.totalBytes)
  }

  open(names: HolderNames): Holder {
    const { freeBytes, timers } = this.#options
    const holder = createHolder(names, timers.now, {
      ask: (wanted) => this.#ask(holder, wanted),
      lower: (bytes) => this.#release(holder, holder.counted - Math.max(0, bytes - freeBytes)),
      end: () => this.#end(holder),
    })
    this.#holders.add(holder)
    return holder
  }

  stats(): BudgetStats {
    const { totalBytes } = this.#options
    const usedBytes = this.#shares.used()
    return { totalBytes, usedBytes, waiting: this.#waiting.length, ...this.#counts }
  }

  #ask(holder: Holder, wanted: number): Promise<void> | undefined {
    const { freeBytes, totalBytes } = this.#options
    const more = Math.min(Math.max(0, wanted - freeBytes), totalBytes) - holder.counted
    if (more <= 0) return undefined
    const hasRoom = this.#shares.missing(more) <= 0 && this.#shares.isWithinHalf(holder, more)
    if (this.#waiting.length > 0 || !hasRoom) return this.#wait(holder, more)
    this.#shares.add(holder, more)
    holder.counted += more
    return undefined
  }

  #wait(holder: Holder, more: number): Promise<void> {
    const { timers, waitMs } = this.#options
    this.#counts.waits++
    return new Promise((resolve, reject) => {
      const giveUp = () => fail(holder.lost.reason)
      const fail = (error: unknown) => {
        stop()
        holder.lost.removeEventListener('abort', giveUp)
        this.#remove(waiter)
        reject(error)
        this.#serve()
      }
      const stop = timers.after(waitMs, () => fail(this.#refuse(waiter)))
      const grant = () => {
        stop()
        holder.lost.removeEventListener('abort', giveUp)
        holder.counted += more
        resolve()
      }
      const waiter: Waiter = { holder, more, since: timers.now(), grant, fail }
      holder.lost.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(waiter)
      if (holder.lost.aborted) giveUp()
      else this.#serve()
    })
  }

  #release(holder: Holder, bytes: number): void {
    if (bytes <= 0) return
    holder.counted -= bytes
    this.#shares.add(holder, -bytes)
    this.#serve()
  }

  #end(holder: Holder): void {
    this.#holders.delete(holder)
    for (const waiter of this.#waiting.filter((one) => one.holder === holder))
      waiter.fail(new Error('The request has ended'))
    this.#release(holder, holder.counted)
  }

  #serve(): void {
    for (let next = this.#first(); next; next = this.#first()) {
      if (this.#shares.missing(next.more) > 0) break
      this.#remove(next)
      this.#shares.add(next.holder, next.more)
      next.grant()
    }
    this.#watch()
  }

  /**
   * Finds the waiter to serve next: the one that holds least. Skips those who have reached their
   * half.
   */
  #first(): Waiter | undefined {
    let best: Waiter | undefined
    for (const waiter of this.#waiting) {
      if (!this.#shares.isWithinHalf(waiter.holder, waiter.more)) continue
      if (!best || this.#shares.holdsLess(waiter.holder, best.holder)) best = waiter
    }
    return best
  }

  #remove(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter)
    if (index >= 0) this.#waiting.splice(index, 1)
  }

  /** While requests wait, checks regularly whether a holder has to give way. */
  #watch(): void {
    const { timers, stallMs } = this.#options
    if (this.#waiting.length === 0) {
      this.#stopWatch?.()
      this.#stopWatch = undefined
    } else this.#stopWatch ??= timers.after(stallMs / 4, () => this.#look())
  }

  #look(): void {
    const { timers, stallMs } = this.#options
    this.#stopWatch = undefined
    const now = timers.now()
    const next = this.#first()
    if (next && this.#shares.missing(next.more) > 0) {
      const idle = [...this.#holders].filter(
        (holder) => holder.counted > 0 && holder.isStalled(now, stallMs),
      )
      for (const holder of idle) this.#evict(holder)
      if (idle.length === 0 && now - next.since >= stallMs) this.#giveWayTo(next)
    }
    this.#watch()
  }

  /**
   * A holder that waits for its client, or for more memory, gives way to a request that will hold
   * less than half of what the holder's user holds. The largest user gives way first.
   */
  #giveWayTo({ holder: small, more }: Waiter): void {
    const { ofUser, missing } = this.#shares
    const hungry = new Set(this.#waiting.map(({ holder }) => holder))
    const slow = [...this.#holders].filter(
      (holder) => holder.counted > 0 && (holder.waitsForClient || hungry.has(holder)),
    )
    let needed = missing(more)
    for (const holder of slow.sort((one, other) => ofUser(other) - ofUser(one))) {
      if (needed <= 0 || ofUser(holder) <= 2 * (ofUser(small) + more)) return
      needed -= holder.counted
      this.#evict(holder)
    }
  }

  #evict(holder: Holder): void {
    if (holder.lost.aborted) return
    this.#counts.evictions++
    this.#options.onRefusal?.({ ...holder.names, reason: 'gave-way', bytes: holder.bytes })
    holder.take(gaveWay())
  }

  #refuse(waiter: Waiter): WopiError {
    this.#remove(waiter)
    this.#counts.refusals++
    const { names, bytes } = waiter.holder
    this.#options.onRefusal?.({ ...names, reason: 'waited', bytes })
    return overloaded()
  }
}
