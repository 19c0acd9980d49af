import assert from 'node:assert/strict'
import test from 'node:test'
import type { Steps } from '../../protocol/steps.ts'
import { createPacer, SLICE_MS } from './pacer.ts'

test('work of several users is done, each in its slices', async () => {
  const { pacer, loop } = setUp()
  const all = [pacer.run(work(3, 'a'), 'alice'), pacer.run(work(3, 'b'), 'bob')]
  await loop()

  assert.deepEqual(await Promise.all(all), ['a', 'b'])
})

test('somebody who has had more waits no longer than others have had, and never for ever', async () => {
  const { pacer, loop } = setUp()
  await Promise.all([pacer.run(work(20, 'a'), 'alice'), loop()])
  let others = 0
  const next = (): Promise<unknown> =>
    pacer.turn(`mallory${others++}`).then(() => (others < 1000 ? next() : undefined))
  for (let i = 0; i < 20; i++) void next()

  const done = pacer.run(work(1, 'a'), 'alice').then(() => others)
  await loop()

  assert.ok((await done) < 500, `${await done} others came first`)
})

let clock = 0

function* work(slices: number, result: string): Steps<string> {
  for (let i = 0; i < slices; i++) {
    clock += SLICE_MS
    yield
  }
  return result
}

function setUp() {
  clock = 0
  const queue: (() => void)[] = []
  const pacer = createPacer({ now: () => clock, next: (action) => queue.push(action) })
  return {
    pacer,
    /** Runs turns of the event loop until nobody waits for one. */
    async loop() {
      do {
        clock += 1
        queue.shift()?.()
        await new Promise(setImmediate)
      } while (queue.length > 0)
    },
  }
}
