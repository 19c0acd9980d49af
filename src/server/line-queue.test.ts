import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { createLineQueue } from './line-queue.ts'

/** A queue to a reader that takes lines only when told to. */
function openQueue(maxChars: number) {
  const written: string[] = []
  const noted: number[] = []
  const pending: ((error?: Error) => void)[] = []
  const queue = createLineQueue(
    (text, done) => {
      written.push(text)
      pending.push(done)
    },
    { maxChars, onDropped: (lines) => noted.push(lines) },
  )
  return { queue, written, noted, take: (error?: Error) => pending.shift()?.(error) }
}

describe('createLineQueue', () => {
  test('createLineQueue writes the lines of one turn together, and in order', async () => {
    const { queue, written, take } = openQueue(1000)

    queue.write('one\n')
    queue.write('two\n')
    await endOfTurn()
    queue.write('three\n')
    take()
    await endOfTurn()

    assert.deepEqual(written, ['one\ntwo\n', 'three\n'])
  })

  test('createLineQueue holds no more than its limit when nobody reads, and counts dropped lines', async () => {
    const { queue, written, noted, take } = openQueue(100)

    for (let line = 0; line < 1000; line += 1) queue.write(`${line}`.padStart(9, '0').concat('\n'))
    await endOfTurn()
    for (let line = 0; line < 1000; line += 1) queue.write('more\n')
    take()
    queue.write('last\n')
    await endOfTurn()

    assert.deepEqual([queue.dropped, noted], [1990, [1990]])
    assert.deepEqual([written[0]?.length, written.slice(1)], [100, ['last\n']])
  })

  test('createLineQueue counts lines that could not be written, and continues', async () => {
    const { queue, written, noted, take } = openQueue(100)

    queue.write('lost\n')
    await endOfTurn()
    take(new Error('no space'))
    queue.write('kept\n')
    await endOfTurn()
    take()

    assert.deepEqual([written, queue.dropped, noted], [['lost\n', 'kept\n'], 1, [1]])
  })
})
