import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestTimers } from '../../test/helpers/http-server.ts'
import { createRateWatch } from './body-rate.ts'
import { BODY_MIN_BYTES_PER_SECOND, BODY_RATE_WINDOW_MS } from './limits.ts'

const ENOUGH_BYTES = (BODY_RATE_WINDOW_MS / 1000) * BODY_MIN_BYTES_PER_SECOND

function watch() {
  const timers = createTestTimers()
  let cut = 0
  const rate = createRateWatch(timers, () => {
    cut++
  })
  return { ...rate, timers, advance: timers.advance, cuts: () => cut }
}

test('createRateWatch cuts a client that sends nothing for a window', () => {
  const body = watch()

  body.waitStarts()
  body.advance(BODY_RATE_WINDOW_MS - 1)
  const before = body.cuts()
  body.advance(1)

  assert.deepEqual([before, body.cuts(), body.timers.pending], [0, 1, 0])
})

test('createRateWatch cuts a client that stalls after it has sent much', () => {
  const body = watch()

  body.waitStarts()
  body.arrived(1000 * ENOUGH_BYTES)
  body.advance(BODY_RATE_WINDOW_MS)
  body.waitStarts()
  body.advance(BODY_RATE_WINDOW_MS)

  assert.equal(body.cuts(), 1)
})

test('createRateWatch accepts a client that keeps to the slowest rate', () => {
  const body = watch()

  for (let i = 0; i < 100; i++) {
    body.waitStarts()
    body.advance(BODY_RATE_WINDOW_MS - 1)
    body.arrived(ENOUGH_BYTES)
    body.advance(1)
  }

  assert.equal(body.cuts(), 0)
})

test('createRateWatch does not count time in which the host holds the client back', () => {
  const body = watch()

  body.waitStarts()
  body.arrived(1)
  body.advance(100 * BODY_RATE_WINDOW_MS)

  assert.equal(body.cuts(), 0)
})

test('createRateWatch leaves no alarm when it is stopped', () => {
  const body = watch()

  body.stop()

  assert.equal(body.timers.pending, 0)
})
