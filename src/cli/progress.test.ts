import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgressLine, formatBytes } from './progress.ts'

test('createProgressLine shows a bar, and redraws it only when it has changed', () => {
  const { stream, written } = fakeStream({ isTTY: true, columns: 200 })
  const line = createProgressLine(stream)

  line.show('Sending', 500_000, 1_000_000)
  line.show('Sending', 500_001, 1_000_000)
  line.clear()

  assert.deepEqual(written, [
    `\r\x1b[KSending ${'█'.repeat(12)}${'░'.repeat(12)}  50 % of 1.0 MB`,
    '\r\x1b[K',
  ])
})

test('createProgressLine stays within the width of the terminal', () => {
  const { stream, written } = fakeStream({ isTTY: true, columns: 20 })

  createProgressLine(stream).show('Sending', 0, 0)

  assert.equal(written.join('').replace('\r\x1b[K', '').length, 19)
})

test('createProgressLine prints lines but no bar when the output is not a terminal', () => {
  const { stream, written } = fakeStream({ isTTY: false })
  const line = createProgressLine(stream)

  line.show('Sending', 1, 2)
  line.print('trying again')
  line.clear()

  assert.deepEqual(written, ['trying again\n'])
})

test('formatBytes rounds sizes for people', () => {
  const sizes = [0, 999, 1_000, 99_499, 999_499, 999_500, 1_500_000, 2_000_000_000].map(formatBytes)

  assert.deepEqual(sizes, [
    '0 B',
    '999 B',
    '1.0 kB',
    '99.5 kB',
    '999 kB',
    '1.0 MB',
    '1.5 MB',
    '2.0 GB',
  ])
})

function fakeStream(shape: { isTTY: boolean; columns?: number }) {
  const written: string[] = []
  return { stream: { ...shape, write: (text: string) => written.push(text) }, written }
}
