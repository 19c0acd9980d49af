import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Figures, judge } from './figures.ts'

const FAST = { count: 100, failed: 0, p50: 2, p99: 250, max: 1000 }

function figures(changes: Partial<Figures> = {}): Figures {
  return {
    attack: 'harmless',
    title: 'does nothing',
    quiet: FAST,
    others: { look: FAST, save: FAST, sync: FAST },
    peakMemoryMb: 400,
    cpuSeconds: 1,
    eventLoopDelayMs: undefined,
    diskMb: 10,
    stopMs: 100,
    answers: {},
    notes: [],
    exceeded: [],
    ...changes,
  }
}

test('judge lets pass what is at its limit', () => {
  assert.deepEqual(judge(figures(), 'full'), [])
})

test('judge names each limit that is exceeded', () => {
  const slow = { ...FAST, p99: 251, max: 5001 }
  const bad = figures({
    others: { look: slow, save: slow, sync: slow },
    peakMemoryMb: 401,
    diskMb: 11,
    stopMs: 35_001,
    died: 'SIGABRT',
  })

  assert.deepEqual(judge(bad, 'full', { maxDiskMb: 10 }), [
    'the server died: SIGABRT',
    'peak memory 401 MB, at most 400 are allowed',
    'disk 11 MB, at most 10 are allowed',
    'stopping 35001 ms, at most 35000 are allowed',
    "others' p99 251 ms, at most 250 are allowed",
    "others' max 5001 ms, at most 1000 are allowed",
    "others' slowest save 5001 ms, at most 2000 are allowed",
    "others' slowest large message 5001 ms, at most 5000 are allowed",
  ])
})

test('judge asks for no speed in a short run, but for answers', () => {
  const slow = { ...FAST, failed: 1, max: 60_000 }
  const unanswered = figures({ others: { look: slow, save: FAST, sync: FAST } })

  assert.deepEqual(judge(unanswered, 'short'), [
    '1 requests of the other user were not answered with 200',
  ])
})

test('judge lets saves fail on a disk that is full', () => {
  const refused = figures({ others: { look: FAST, save: { ...FAST, failed: 3 }, sync: FAST } })

  assert.deepEqual(judge(refused, 'full', { diskMib: 24 }), [])
})

test('judge has nothing against what was not measured', () => {
  assert.deepEqual(judge(figures({ peakMemoryMb: undefined }), 'full'), [])
})
