import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { createHousekeeping } from './housekeeping.ts'
import type { SweepReport } from './sweep.ts'

const MINUTE = 60_000
const DONE: SweepReport = {
  sessionsRemoved: 0,
  documentsSwept: 0,
  statesPruned: 0,
  packsCondemned: 0,
  packsDeleted: 0,
  more: false,
}

test('housekeeping sweeps every minute, even when started twice', async (t) => {
  const { housekeeping, sweeps, pass } = watch(t, async () => DONE)

  housekeeping.start()
  housekeeping.start()
  await pass(MINUTE - 1)
  const before = sweeps()
  await pass(1)
  await pass(MINUTE)

  assert.deepEqual([before, sweeps()], [0, 2])
})

test('housekeeping sweeps again soon when a sweep could not finish', async (t) => {
  const { housekeeping, sweeps, pass } = watch(t, async () => ({ ...DONE, more: true }))

  housekeeping.start()
  await pass(MINUTE)
  await pass(5000)

  assert.equal(sweeps(), 2)
})

test('housekeeping logs a failed sweep and tries again', async (t) => {
  const { housekeeping, sweeps, pass, errors } = watch(t, () => Promise.reject(new Error('x')))

  housekeeping.start()
  await pass(MINUTE)
  await pass(MINUTE)

  assert.deepEqual([sweeps(), errors()], [2, 2])
})

test('housekeeping.close aborts the running sweep, waits for it, and starts no other', async (t) => {
  let finish = () => {}
  const { housekeeping, sweeps, pass, signals } = watch(t, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    return DONE
  })
  housekeeping.start()
  await pass(MINUTE)

  let closed = false
  const closing = housekeeping.close().then(() => {
    closed = true
  })
  await new Promise(setImmediate)
  const early = closed
  finish()
  await closing
  await pass(10 * MINUTE)

  assert.equal(early, false)
  assert.equal(signals()[0]?.aborted, true)
  assert.equal(sweeps(), 1)
})

test('housekeeping.close before the first sweep prevents it', async (t) => {
  const { housekeeping, sweeps, pass } = watch(t, async () => DONE)
  housekeeping.start()

  await housekeeping.close()
  await pass(MINUTE)

  assert.equal(sweeps(), 0)
})

function watch(t: TestContext, sweep: () => Promise<SweepReport>) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const signals: (AbortSignal | undefined)[] = []
  let errors = 0
  const log = { debug() {}, info() {}, warn() {}, error: () => errors++ }
  const sweeper = {
    sweep({ signal }: { signal?: AbortSignal }) {
      signals.push(signal)
      return sweep()
    },
  }
  return {
    housekeeping: createHousekeeping(sweeper, log),
    sweeps: () => signals.length,
    signals: () => signals,
    errors: () => errors,
    async pass(ms: number) {
      t.mock.timers.tick(ms)
      await new Promise(setImmediate)
    },
  }
}
