import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../crash/random.ts'
import { readKept } from './corpus.ts'
import { mutate } from './mutate.ts'
import { TARGETS } from './targets/index.ts'

/** Beside what is kept, since nobody knows where the next fault is. */
const NEW_INPUTS = 300
const SEED = 20_261_128

for (const target of TARGETS)
  test(`${target.name} takes what once was found, the corpus, and what comes of it`, async () => {
    await using opened = await target.open()
    const seeds = await target.seeds()
    const kept = [
      ...(await readKept('found', target.name)),
      ...(await readKept('corpus', target.name)),
    ]
    const inputs = [...seeds, ...kept]
    const random = createRandom(SEED)
    const pick = () => inputs[random.between(0, inputs.length - 1)] ?? new Uint8Array(0)
    const dictionary = target.dictionary.map((word) => new Uint8Array(Buffer.from(word)))
    const changed = Array.from({ length: NEW_INPUTS }, () =>
      mutate(pick(), { random, dictionary, other: pick }),
    )

    for (const input of [...inputs, ...changed])
      await assert.doesNotReject(async () => opened.run(input))
  })

test('mutate gives the same for the same seed', () => {
  const once = () => {
    const random = createRandom(7)
    const material = { random, dictionary: [Buffer.of(1)], other: () => Buffer.of(2, 3) }
    return Array.from({ length: 50 }, () => [...mutate(Buffer.from('an input'), material)])
  }

  assert.deepEqual(once(), once())
})
