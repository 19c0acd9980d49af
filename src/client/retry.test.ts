import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkFailure, refusedBy, WopiClientError } from './errors.ts'
import { createBackoff, isTransient, sleep, type Timers, withRetry } from './retry.ts'

const BROKEN = networkFailure('Lock', new Error('reset'))

test('withRetry doubles its waits up to the longest, less a random part of one half', async () => {
  const { timers, waits } = fakeTimers({ tries: 6, firstDelayMs: 100, maxDelayMs: 500 })
  const randoms = [0, 0.5, 0.999, 0, 0]
  timers.random = () => randoms.shift() ?? 0

  await assert.rejects(
    withRetry(() => Promise.reject(BROKEN), timers),
    BROKEN,
  )

  assert.deepEqual(waits.map(Math.round), [50, 150, 400, 250, 250])
})

test('withRetry waits as long as the host asks, but no longer than the longest wait', async () => {
  const { timers, waits } = fakeTimers({ tries: 3, firstDelayMs: 100, maxDelayMs: 5_000 })
  const answers = [busy('2'), busy('3600')]

  const result = await withRetry(async () => {
    const error = answers.shift()
    if (error) throw error
    return 'done'
  }, timers)

  assert.equal(result, 'done')
  assert.deepEqual(waits, [2_000, 5_000])
})

test('withRetry does not repeat what will not pass by itself', async () => {
  const { timers, waits } = fakeTimers({ tries: 5 })
  const refusals = [401, 404, 409, 410, 412, 413, 501].map((status) => refusal(status))
  for (const error of [...refusals, new Error('a bug')]) {
    await assert.rejects(
      withRetry(() => Promise.reject(error), timers),
      error,
    )
  }

  assert.deepEqual(waits, [])
})

test('isTransient takes broken connections and troubles of the host', () => {
  const errors = [BROKEN, ...[408, 425, 429, 500, 502, 503, 504].map((status) => refusal(status))]

  assert.ok(errors.every(isTransient))
})

test('createBackoff counts anew after progress', async () => {
  const { timers, waits } = fakeTimers({ tries: 2, firstDelayMs: 100 })
  const backoff = createBackoff(timers)

  await backoff.wait(BROKEN)
  backoff.reset()
  await backoff.wait(BROKEN)

  await assert.rejects(backoff.wait(BROKEN), BROKEN)
  assert.equal(waits.length, 2)
})

test('createBackoff throws the reason of the abort, not the failure that it caused', async () => {
  const { timers } = fakeTimers({ tries: 5 })
  const reason = new Error('enough')

  await assert.rejects(createBackoff(timers, AbortSignal.abort(reason)).wait(BROKEN), reason)
})

test('sleep rejects with the reason of an abort, before and while it waits', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')

  const waiting = sleep(60_000, controller.signal)
  controller.abort(reason)

  await assert.rejects(waiting, reason)
  await assert.rejects(sleep(60_000, controller.signal), reason)
  await sleep(0)
})

test('withRetry reports a refused proof at once: repeating the request would not help', async () => {
  const reply = new Response(null, {
    status: 500,
    headers: {
      'X-WOPI-FailureReason': 'X-WOPI-Proof is missing',
      'X-Wopikit-FailureCode': 'PROOF_INVALID',
    },
  })

  const error = refusedBy('CheckFileInfo', reply)

  assert.equal(error.code, 'PROOF_REFUSED')
  assert.equal(isTransient(error), false)
})

test('refusedBy reads what the headers of a refusal tell', () => {
  const reply = new Response('', {
    status: 409,
    headers: {
      'X-WOPI-Lock': '',
      'X-WOPI-SequenceNumber': '7',
      'X-WOPI-UploadSessionCurrentOffset': '1e3',
      'X-WOPI-LockFailureReason': 'Somebody has it',
      'X-Wopikit-FailureCode': 'LOCK_CONFLICT',
    },
  })

  const error = refusedBy('Lock', reply)

  assert.ok(error instanceof WopiClientError)
  assert.deepEqual(
    [error.code, error.status, error.lock, error.sequenceNumber, error.currentOffset],
    ['LOCKED', 409, '', 7, undefined],
  )
  assert.equal(error.failureCode, 'LOCK_CONFLICT')
  assert.equal(error.message, 'Lock: the host answered 409, "Somebody has it"')
})

function refusal(status: number): WopiClientError {
  return refusedBy('Lock', new Response('', { status }))
}

function busy(retryAfter: string): WopiClientError {
  return refusedBy(
    'Lock',
    new Response('', { status: 503, headers: { 'Retry-After': retryAfter } }),
  )
}

function fakeTimers(retry: Partial<Timers['retry']>) {
  const waits: number[] = []
  const timers: Timers = {
    retry: { tries: 3, firstDelayMs: 100, maxDelayMs: 1_000, ...retry },
    async sleep(ms) {
      waits.push(ms)
    },
    random: () => 0,
  }
  return { timers, waits }
}
