import assert from 'node:assert/strict'
import test from 'node:test'
import { createSingleFlight } from './single-flight.ts'

const PATIENT = AbortSignal.any([])

test('work is done once for all who ask for it at the same time', async () => {
  const once = createSingleFlight()
  let done = 0
  const work = async () => ++done

  const answers = await Promise.all([once('a', PATIENT, work), once('a', PATIENT, work)])

  assert.deepEqual(answers, [1, 1])
  assert.equal(await once('a', PATIENT, work), 2)
})

test('work goes on while one waits, is ended with the last, and begins anew for the next', async () => {
  const once = createSingleFlight()
  const signals: AbortSignal[] = []
  const hanging = (signal: AbortSignal) => {
    signals.push(signal)
    return new Promise<string>(() => {})
  }
  const [first, second] = [new AbortController(), new AbortController()]
  const waiting = [once('a', first.signal, hanging), once('a', second.signal, hanging)]

  first.abort(new Error('gone'))
  await assert.rejects(waiting[0] as Promise<string>, /gone/)
  const abortedAfterOne = signals[0]?.aborted
  second.abort(new Error('gone, too'))
  await assert.rejects(waiting[1] as Promise<string>, /gone, too/)

  assert.equal(abortedAfterOne, false)
  assert.equal(signals.length, 1)
  assert.equal(signals[0]?.aborted, true)
  assert.equal(await once('a', PATIENT, async () => 'anew'), 'anew')
})
