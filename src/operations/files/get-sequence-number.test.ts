import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  assertRefused,
  putChunked,
  putMessage,
  signatureOf,
  takeCoauthLock,
} from '../../../test/helpers/wopi-story.ts'

test('GetSequenceNumber grows with every save and with nothing else', async () => {
  const host = await createTestHost()
  const number = async () =>
    Number((await host.send('GET_SEQUENCE_NUMBER')).headers.get('X-WOPI-SequenceNumber'))
  const bytes = testBytes(10)
  const numbers = [await number()]

  await host.lock('L')
  numbers.push(await number())
  await host.put(bytes, 'L')
  numbers.push(await number())
  await putChunked(host, putMessage([signatureOf([bytes])], { inline: [bytes] }), { lock: 'L' })
  numbers.push(await number())

  assert.deepEqual(numbers, [1, 1, 2, 3])
})

test('GetSequenceNumber is what CheckFileInfo says, and has no body', async () => {
  const host = await createTestHost()

  const reply = await host.send('GET_SEQUENCE_NUMBER', { token: 'bob:read' })
  const info = JSON.parse((await host.send(undefined)).text)

  assert.deepEqual([reply.status, reply.body.length], [200, 0])
  assert.equal(reply.headers.get('X-WOPI-SequenceNumber'), String(info.SequenceNumber))
})

test('GetSequenceNumber is not stopped by locks', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { type: 'CoauthExclusive' })

  assert.equal((await host.send('GET_SEQUENCE_NUMBER')).status, 200)
})

test('GetSequenceNumber without a valid token is 401, without any right 404', async () => {
  const host = await createTestHost()

  assertRefused(await host.send('GET_SEQUENCE_NUMBER', { token: 'forged' }), 401)
  assertRefused(await host.send('GET_SEQUENCE_NUMBER', { token: 'bob:none' }), 404)
})
