import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createScene, failure, HOUR } from '../../../../../test/helpers/pack-file-scene.ts'
import { BlobNotFoundError, type BlobStore } from '../../../../ports/blob-store.ts'
import { inPieces, listedKeys, readAll, someBytes } from '../../../../testing/blobs/context.ts'
import { systemCalls } from '../system-calls.ts'

const RUNS = 60
const PROCESSES = 2
/** System calls that may fail in one run, as if the process had died in their place. */
const FAILING = ['fdatasync', 'link', 'unlink'] as const

type Step =
  | { what: 'put'; process: number; length: number }
  | { what: 'delete'; process: number; which: number }
  | { what: 'list'; process: number }
  | { what: 'restart'; process: number }
  | { what: 'fail'; call: (typeof FAILING)[number] }
  | { what: 'wait'; hours: number }

const process = fc.integer({ min: 0, max: PROCESSES - 1 })
const length = fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom(0, 4096, 600_000))
const put = fc.record({ what: fc.constant('put' as const), process, length })
const remove = fc.record({ what: fc.constant('delete' as const), process, which: fc.nat(50) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: put },
  { weight: 6, arbitrary: remove },
  fc.record({ what: fc.constant('list' as const), process }),
  fc.record({ what: fc.constant('restart' as const), process }),
  fc.record({ what: fc.constant('fail' as const), call: fc.constantFrom(...FAILING) }),
  fc.record({ what: fc.constant('wait' as const), hours: fc.constantFrom(0.5, 2, 30) }),
)

interface Kept {
  bytes: Uint8Array
  locator: string | undefined
}

/** A folder, processes on it, and what must be in it. */
function createWorld() {
  const scene = createScene()
  let failing: string | undefined
  const failOnce = (name: string) => {
    if (failing !== name) return false
    failing = undefined
    return true
  }
  const open = () =>
    scene.openStore({
      fdatasync: (fd) => (failOnce('fdatasync') ? failure('EIO') : systemCalls.fdatasync(fd)),
      link: (from, to) => (failOnce('link') ? failure('EIO') : systemCalls.link(from, to)),
      unlink: (path) => (failOnce('unlink') ? failure('EIO') : systemCalls.unlink(path)),
    })
  const stores = Array.from({ length: PROCESSES }, open)
  const kept = new Map<string, Kept>()
  /** Deletions that failed: repeated at the end, as the sweeper does. */
  const doomed = new Map<string, Kept>()
  /** Keys of puts that failed: what they may have left is for the sweeper. */
  const doubtful = new Set<string>()
  let count = 0

  const storeOf = (index: number): BlobStore => stores[index] ?? open()

  async function remove(store: BlobStore, key: string, blob: Kept): Promise<void> {
    doomed.set(key, blob)
    const { locator } = blob
    await store.delete(key, locator === undefined ? {} : { locator })
    doomed.delete(key)
  }

  async function take(step: Step): Promise<void> {
    if (step.what === 'wait') scene.time += step.hours * HOUR
    if (step.what === 'fail') failing = step.call
    if (step.what === 'restart') stores[step.process] = open()
    if (step.what === 'list') await listedKeys(storeOf(step.process))
    if (step.what === 'put') {
      count += 1
      const key = `ab/doc/x${count}`
      const bytes = someBytes(step.length, count)
      doubtful.add(key)
      const { locator } = await storeOf(step.process).put(key, inPieces(bytes, 10_000))
      kept.set(key, { bytes, locator })
      doubtful.delete(key)
    }
    if (step.what === 'delete') {
      const [key, blob] = [...kept][step.which % Math.max(1, kept.size)] ?? []
      if (key === undefined || !blob) return
      kept.delete(key)
      await remove(storeOf(step.process), key, blob)
    }
  }

  async function check(): Promise<void> {
    failing = undefined
    const store = open()
    const removed = [...doomed]
    for (const [key, blob] of removed) await remove(store, key, blob)
    for (const [key, { bytes, locator }] of kept)
      assert.equal(Buffer.compare(await readAll(store, key, undefined, locator), bytes), 0, key)
    const listed = (await listedKeys(store)).filter((key) => !doubtful.has(key))
    assert.deepEqual(new Set(listed), new Set(kept.keys()))
    for (const [key, { locator }] of removed)
      await assert.rejects(readAll(store, key, undefined, locator), BlobNotFoundError)
  }

  return { take, check }
}

test('whatever processes store and delete, and wherever they fail, what was stored is there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
      async (steps) => {
        const world = createWorld()

        for (const step of steps)
          await world.take(step).catch((error) => assert.equal(error.code, 'EIO', error))

        await world.check()
      },
    ),
    { numRuns: RUNS },
  )
})
