import assert from 'node:assert/strict'
import test from 'node:test'
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts'

test('take gives memory at once as long as there is some', async () => {
  const budget = createMemoryBudget(100)

  const first = await budget.take(60)
  const second = await budget.take(40)

  assert.ok(first && second)
})

test('take waits until enough was given back', async () => {
  const budget = createMemoryBudget(100)
  const first = await budget.take(60)
  const second = await budget.take(30)
  const third = watch(budget, 50)

  second[Symbol.dispose]()
  const before = await third.granted()
  first[Symbol.dispose]()

  assert.deepEqual([before, await third.granted()], [false, true])
})

test('take serves those who wait in their order: nobody small passes somebody large', async () => {
  const budget = createMemoryBudget(100)
  const first = await budget.take(60)
  const large = watch(budget, 80)
  const small = watch(budget, 10)

  const before = [await large.granted(), await small.granted()]
  first[Symbol.dispose]()

  assert.deepEqual(before, [false, false])
  assert.deepEqual([await large.granted(), await small.granted()], [true, true])
})

test('take of more than there is gives everything, to one at a time', async () => {
  const budget = createMemoryBudget(100)
  const first = await budget.take(1000)
  const second = watch(budget, 1000)

  const before = await second.granted()
  first[Symbol.dispose]()

  assert.deepEqual([before, await second.granted()], [false, true])
})

test('take that is aborted while it waits takes nothing, and lets the next one through', async () => {
  const budget = createMemoryBudget(100)
  const first = await budget.take(60)
  const gone = new AbortController()
  const aborted = budget.take(80, gone.signal)
  const next = watch(budget, 30)

  gone.abort(new Error('gone'))

  await assert.rejects(aborted, /gone/)
  assert.equal(await next.granted(), true)
  first[Symbol.dispose]()
  assert.equal(await watch(budget, 70).granted(), true)
})

test('take that would have to wait rejects when it was aborted before', async () => {
  const budget = createMemoryBudget(100)
  await budget.take(100)

  await assert.rejects(budget.take(1, AbortSignal.abort(new Error('gone'))), /gone/)
})

test('take gives memory back once, however often it is disposed', async () => {
  const budget = createMemoryBudget(100)
  const first = await budget.take(50)
  await budget.take(50)

  first[Symbol.dispose]()
  first[Symbol.dispose]()

  assert.equal(await watch(budget, 50).granted(), true)
  assert.equal(await watch(budget, 1).granted(), false)
})

/** Asks for memory, and tells after everything that can happen has happened whether it came. */
function watch(budget: MemoryBudget, bytes: number) {
  let granted = false
  void budget.take(bytes).then(() => {
    granted = true
  })
  return {
    async granted() {
      await new Promise(setImmediate)
      return granted
    },
  }
}
