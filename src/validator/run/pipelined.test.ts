import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { caseOf, play, suiteOf } from '../../../test/helpers/play-cases.ts'
import type { Step } from '../cases/case.ts'
import { type HttpRequest, type HttpResponse, headerOf } from '../http-message.ts'

const PIPELINED: Step = {
  operation: 'Pipelined',
  requests: [
    { operation: 'Lock', lock: 'L' },
    { operation: 'GetLock', validators: [{ check: 'status', expected: 204 }] },
  ],
}
const SUITE = suiteOf([{ cases: [caseOf([PIPELINED])] }])
/** Single requests look whether the document is there. */
const OK = () => ({})

function answersOf(...statuses: number[]): HttpResponse[] {
  return statuses.map((status) => ({ status, headers: [], body: new Uint8Array(0) }))
}

describe('Pipelined requests', () => {
  test('are sent together, and each answer is checked as that of its request', async () => {
    const sent: (string | undefined)[] = []

    const { results } = await play(SUITE, OK, {
      async sendPipelined(requests: readonly HttpRequest[]) {
        sent.push(...requests.map(({ headers }) => headerOf(headers, 'X-WOPI-Override')))
        return answersOf(200, 204)
      },
    })

    assert.deepEqual(sent, ['LOCK', 'GET_LOCK'])
    assert.equal(results[0]?.verdict, 'pass')
  })

  test('fail at the first answer that is wrong', async () => {
    const { results } = await play(SUITE, OK, { sendPipelined: async () => answersOf(409, 500) })

    const failures = results[0]?.failures.map(({ operation, status }) => [operation, status])
    assert.deepEqual(failures, [['Lock', 409]])
  })

  test('fail when no answer comes', async () => {
    const { results } = await play(SUITE, OK, {
      sendPipelined: () => Promise.reject(new Error('reset')),
    })

    assert.equal(results[0]?.failures[0]?.message, 'No answer: reset')
  })

  test('are a skip at a host that closes the connection in between', async () => {
    const { results } = await play(SUITE, OK, { sendPipelined: async () => answersOf(200) })

    assert.equal(results[0]?.verdict, 'skip')
    assert.match(results[0]?.skipReason ?? '', /closes a connection after 1 of 2 requests/)
  })

  test('are a skip with a transport that sends one request at a time', async () => {
    const { results } = await play(SUITE, OK)

    assert.equal(
      results[0]?.skipReason,
      'this transport cannot send several requests ahead of their answers',
    )
  })
})

test('A request in the absolute form is a skip with a transport that cannot send it', async () => {
  const suite = suiteOf([{ cases: [caseOf([{ operation: 'GetFile', absoluteForm: true }])] }])
  const forms: (boolean | undefined)[] = []
  const respond = (_: string, { absoluteForm }: HttpRequest) => {
    forms.push(absoluteForm)
    return {}
  }

  const without = await play(suite, respond)
  const able = await play(suite, respond, { sendsAbsoluteForm: true })

  assert.match(without.results[0]?.skipReason ?? '', /^this transport cannot name a whole address/)
  assert.equal(able.results[0]?.verdict, 'pass')
  assert.deepEqual(forms, [true])
})
