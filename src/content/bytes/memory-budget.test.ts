import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { WopiError } from '../../protocol/errors.ts'
import { type BudgetTimers, createMemoryBudget, type Refusal } from './memory-budget.ts'
import type { Holder } from './memory-holder.ts'

const WAIT_MS = 10_000
const STALL_MS = 3_000

test('grow gives memory at once while some is free, and takes it back', async () => {
  const { budget, open } = setUp(100)
  const alice = open('alice')

  assert.equal(alice.grow(60), undefined)
  const held = budget.stats().usedBytes
  alice.shrink(20)
  const less = budget.stats().usedBytes
  alice[Symbol.dispose]()
  alice[Symbol.dispose]()

  assert.deepEqual([held, less, budget.stats().usedBytes], [60, 40, 0])
})

test('grow does not count small requests, however many there are', () => {
  const { budget, open } = setUp(100, { freeBytes: 10 })

  for (let i = 0; i < 1000; i++) assert.equal(open('alice').grow(10), undefined)

  assert.equal(budget.stats().usedBytes, 0)
})

test('grow waits until enough memory is returned', async () => {
  const { open } = setUp(100)
  const first = open('alice')
  hold(first, 60)
  const waiting = watch(open('bob'), 50)

  const before = await waiting.granted()
  first.shrink(10)

  assert.deepEqual([before, await waiting.granted()], [false, true])
})

test('grow serves the holder with the least memory first, whoever came first', async () => {
  const { open } = setUp(100)
  const rest = open('carol')
  hold(rest, 60)
  hold(open('mallory'), 40)
  const greedy = watch(open('mallory'), 10)
  const modest = watch(open('alice'), 10)

  rest.shrink(10)

  assert.deepEqual([await greedy.granted(), await modest.granted()], [false, true])
})

test('grow limits many requests of one user to half, so that another user is served at once', async () => {
  const { open } = setUp(100)
  const many = Array.from({ length: 10 }, () => watch(open('mallory'), 10))

  const granted = await Promise.all(many.map((one) => one.granted()))

  assert.equal(granted.filter(Boolean).length, 5)
  assert.equal(await watch(open('alice'), 50).granted(), true)
})

test('grow limits many users of one document to half', async () => {
  const { open } = setUp(100)
  const many = Array.from({ length: 10 }, (_, i) => watch(open(`mallory${i}`, 'hot'), 10))

  const granted = await Promise.all(many.map((one) => one.granted()))

  assert.equal(granted.filter(Boolean).length, 5)
})

test('grow lets a single request hold everything, and caps it at the whole budget', () => {
  const { budget, open } = setUp(100)

  assert.equal(open('alice').grow(1000), undefined)
  assert.equal(budget.stats().usedBytes, 100)
})

test('grow refuses a request that waits too long with OVERLOADED and Retry-After', async () => {
  const { open, clock, refusals } = setUp(100)
  hold(open('alice'), 100)
  const waiting = watch(open('bob'), 10)

  clock.advance(WAIT_MS)

  const error = await waiting.failure()
  assert.ok(error instanceof WopiError)
  assert.deepEqual(
    [error.code, error.status, error.headers],
    ['OVERLOADED', 503, { 'Retry-After': '5' }],
  )
  assert.deepEqual(
    refusals.map(({ userId, reason }) => [userId, reason]),
    [['bob', 'waited']],
  )
})

test('the budget takes memory from a stalled client once another request has waited for a while', async () => {
  const { open, clock } = setUp(100)
  const slow = open('mallory')
  hold(slow, 100)
  slow.waitForClient()
  const waiting = watch(open('bob'), 10)
  slow.lost.addEventListener('abort', () => slow[Symbol.dispose]())

  const before = await waiting.granted()
  clock.advance(STALL_MS + STALL_MS / 4)

  assert.deepEqual([before, await waiting.granted()], [false, true])
  assert.equal((slow.lost.reason as WopiError).code, 'GAVE_WAY')
})

test('the budget leaves a stalled client its memory while no other request waits', () => {
  const { open, clock } = setUp(100)
  const slow = open('alice')
  hold(slow, 90)
  slow.waitForClient()

  clock.advance(60_000)

  assert.equal(slow.lost.aborted, false)
})

test('the budget never takes memory during the work of the host itself', () => {
  const { open, clock } = setUp(100)
  const busy = open('alice')
  hold(busy, 100)
  watch(open('bob'), 10)
    .failure()
    .catch(() => {})

  clock.advance(WAIT_MS)

  assert.equal(busy.lost.aborted, false)
})

test('the budget takes memory from a slow large holder for a small one', async () => {
  const { open, clock } = setUp(1000)
  const large = open('mallory')
  hold(large, 1000)
  large.lost.addEventListener('abort', () => large[Symbol.dispose]())
  const waiting = watch(open('bob'), 10)

  for (let i = 0; i < 10; i++) {
    large.waitForClient()
    clock.advance(STALL_MS / 8)
    large.clientMoved(100)
    large.waitForClient()
  }

  assert.equal(await waiting.granted(), true)
})

test('who holds much and waits for more gives way to who holds little', async () => {
  const { open, clock } = setUp(100)
  const greedy = Array.from({ length: 4 }, (_, i) => open(`mallory${i}`))
  for (const holder of greedy) {
    hold(holder, 25)
    holder.lost.addEventListener('abort', () => holder[Symbol.dispose]())
  }
  for (const holder of greedy) watch(holder, 25)
  const waiting = watch(open('alice'), 10)

  clock.advance(STALL_MS + STALL_MS / 4)

  assert.equal(await waiting.granted(), true)
})

test('a request that ends while it waits takes nothing, and lets the next one through', async () => {
  const { budget, open } = setUp(100)
  const first = open('alice')
  hold(first, 60)
  const leaving = open('bob')
  const gone = watch(leaving, 80)
  const next = watch(open('carol'), 30)

  leaving[Symbol.dispose]()

  assert.match(String(await gone.failure()), /has ended/)
  assert.equal(await next.granted(), true)
  assert.equal(budget.stats().usedBytes, 90)
})

test('the budget is never exceeded, and serves or refuses every request in time', async () => {
  const anyStep = fc.record({
    user: fc.integer({ min: 0, max: 3 }),
    act: fc.constantFrom('open', 'grow', 'shrink', 'end', 'stall', 'move', 'wait'),
    bytes: fc.integer({ min: 1, max: 60 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
      const { budget, open, clock } = setUp(100, { freeBytes: 5 })
      const holders: Holder[] = []
      const pending = new Set<Promise<unknown>>()
      for (const { user, act, bytes } of steps) {
        const holder = holders[bytes % Math.max(1, holders.length)]
        if (act === 'open') holders.push(open(`user${user}`, `document${user % 2}`))
        else if (act === 'wait') clock.advance(bytes * 20)
        else if (holder && act === 'grow') {
          const growing = holder.grow(bytes)?.catch(() => {})
          if (growing) pending.add(growing)
          void growing?.then(() => pending.delete(growing))
        } else if (act === 'shrink') holder?.shrink(bytes)
        else if (act === 'end') holder?.[Symbol.dispose]()
        else if (act === 'stall') holder?.waitForClient()
        else if (act === 'move') holder?.clientMoved(bytes)
        await Promise.resolve()
        assert.ok(budget.stats().usedBytes <= 100, 'the budget is exceeded')
      }
      clock.advance(WAIT_MS)
      await new Promise(setImmediate)
      assert.deepEqual([pending.size, budget.stats().waiting], [0, 0], 'a request waits forever')
      for (const holder of holders) holder[Symbol.dispose]()
      assert.equal(budget.stats().usedBytes, 0, 'memory was not returned')
    }),
  )
})

function setUp(totalBytes: number, { freeBytes = 0 } = {}) {
  const clock = createClock()
  const refusals: Refusal[] = []
  const budget = createMemoryBudget({
    totalBytes,
    freeBytes,
    waitMs: WAIT_MS,
    stallMs: STALL_MS,
    timers: clock,
    onRefusal: (refusal) => refusals.push(refusal),
  })
  let documents = 0
  return {
    budget,
    clock,
    refusals,
    open: (userId: string, documentKey = `document ${documents++}`) =>
      budget.open({ userId, documentKey, operation: 'GetChunks' }),
  }
}

/** A clock that only moves when a test advances it. */
function createClock(): BudgetTimers & { advance(ms: number): void } {
  let now = 0
  const alarms = new Set<{ at: number; action: () => void }>()
  return {
    now: () => now,
    after(ms, action) {
      const alarm = { at: now + ms, action }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const due = [...alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        alarms.delete(due)
        now = due.at
        due.action()
      }
      now = end
    },
  }
}

/** Takes memory that is free. */
function hold(holder: Holder, bytes: number): void {
  assert.equal(holder.grow(bytes), undefined)
}

/** Asks for memory, and returns the outcome once nothing more can happen. */
function watch(holder: Holder, bytes: number) {
  let granted = false
  let failure: unknown
  const growing = holder.grow(bytes) ?? Promise.resolve()
  growing.then(
    () => {
      granted = true
    },
    (error: unknown) => {
      failure = error
    },
  )
  const settled = () => new Promise(setImmediate)
  return {
    granted: () => settled().then(() => granted),
    failure: () => settled().then(() => failure),
  }
}
