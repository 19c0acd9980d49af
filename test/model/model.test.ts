import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { openStores } from '../../src/server/compose.ts'
import type { TestStores } from '../helpers/test-host.ts'
import { CONTENTS } from './bytes.ts'
import { runSteps } from './run.ts'
import { racingSteps, sequentialSteps } from './steps.ts'

/** How long the runs of one test go on, in seconds; more of them find rarer faults. */
const SECONDS = Number(process.env.WOPIKIT_MODEL_SECONDS ?? 6)
/** More than there is time for. */
const RUNS = 1_000_000
const content = fc.constantFrom(...CONTENTS)

describe('the host answers as the model does', () => {
  test('one request after another, stores in memory', async () => {
    await check(sequentialSteps)
  })

  test('requests at the same time, stores in memory', async () => {
    await check(racingSteps)
  })

  test('requests at the same time, SQLite and files', async () => {
    await check(racingSteps, openFolder)
  })
})

/** A failure tells the seed and the path that lead to it; both are options of `fc.assert`. */
function check(steps: typeof racingSteps, open?: typeof openFolder): Promise<void> {
  const run = fc.asyncProperty(content, steps, fc.nat(), (first, chosen, seed) =>
    runSteps({ content: first, steps: chosen, seed, ...(open && { openStores: open }) }),
  )
  return fc.assert(run, { numRuns: RUNS, interruptAfterTimeLimit: SECONDS * 1000 })
}

/** The stores of a folder of its own, which goes when they are disposed. */
async function openFolder(now: () => number): Promise<TestStores & AsyncDisposable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wopikit-model-'))
  const stores = await openStores({ dataDir, now, minFreeBytes: 0 })
  return {
    ...stores,
    async [Symbol.asyncDispose]() {
      await stores.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
