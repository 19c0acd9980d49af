import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ALL_FEATURES,
  chunkFrames,
  createTestHost,
  MINUTE,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  append,
  assertRefused,
  openSession,
  putChunked,
  putMessage,
  signatureOf,
  takeCoauthLock,
} from '../../../test/helpers/wopi-story.ts'

const OVERRIDE = 'CREATE_UPLOAD_SESSION'

test('CreateUploadSession answers a token of 256 bits and when the session expires', async () => {
  const host = await createTestHost()

  const reply = await host.send(OVERRIDE)

  const answer = JSON.parse(reply.text)
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('Content-Type'), 'application/json')
  assert.equal(Buffer.from(answer.UploadSessionToken, 'base64url').length, 32)
  assert.equal(answer.UploadSessionExpiry, host.now() + 30 * MINUTE)
})

test('CreateUploadSession gives every session a token of its own', async () => {
  const host = await createTestHost()

  const tokens = [await openSession(host), await openSession(host), await openSession(host)]

  assert.equal(new Set(tokens).size, 3)
})

test('CreateUploadSession keeps of the token only a hash, and who asked for it', async () => {
  const host = await createTestHost()

  const token = await openSession(host)

  const { sessions } = await host.content.metadata.listSessions({ limit: 10 })
  assert.equal(sessions[0]?.userId, 'alice')
  assert.equal(sessions[0]?.fileId, host.fileId)
  assert.ok(!JSON.stringify(sessions).includes(token))
})

test('CreateUploadSession needs no lock, whatever lock the file has', async () => {
  const wopi = await createTestHost({ content: testBytes(9) })
  const coauth = await createTestHost({ content: testBytes(9) })
  await wopi.lock('L')
  await takeCoauthLock(coauth, 'A', { type: 'CoauthExclusive' })

  assert.ok(await openSession(wopi))
  assert.ok(await openSession(coauth))
})

test('CreateUploadSession opens as many sessions as the quota allows: one more is 500', async () => {
  const host = await createTestHost({ limits: { maxSessionsPerUser: 2 } })
  await openSession(host)
  await openSession(host)

  assertRefused(await host.send(OVERRIDE), 500)
  assert.equal((await host.send(OVERRIDE, { token: 'bob:write' })).status, 200)
  host.advance(30 * MINUTE)
  assert.equal((await host.send(OVERRIDE)).status, 200)
})

test('CreateUploadSession does not count sessions that were committed', async () => {
  const host = await createTestHost({ limits: { maxSessionsPerUser: 1 } })
  const session = await openSession(host)

  await putChunked(host, putMessage([signatureOf([])], { session }))

  assert.ok(await openSession(host))
})

test('CreateUploadSession opens sessions that do not know of each other', async () => {
  const host = await createTestHost()
  const [one, two] = [await openSession(host), await openSession(host)]

  await append(host, one, 0, chunkFrames([testBytes(10)]))

  assert.equal((await append(host, two, 0, chunkFrames([testBytes(20)]))).status, 200)
})

test('CreateUploadSession without a valid token is 401, without the right to write 404', async () => {
  const host = await createTestHost()

  assertRefused(await host.send(OVERRIDE, { token: undefined }), 401)
  assertRefused(await host.send(OVERRIDE, { token: 'forged' }), 401)
  assertRefused(await host.send(OVERRIDE, { token: 'alice:read' }), 404)
  assertRefused(
    await host.request('/wopi/files/none', {
      method: 'POST',
      headers: { 'X-WOPI-Override': OVERRIDE },
    }),
    404,
  )
})

test('CreateUploadSession is 501 where upload sessions are switched off', async () => {
  const host = await createTestHost({ features: { ...ALL_FEATURES, uploadSessions: false } })

  assertRefused(await host.send(OVERRIDE), 501)
})

test('CreateUploadSession whose store is broken is 500, logged once, and tells no details', async () => {
  const host = await createTestHost()
  host.content.metadata.createSession = async () => {
    throw new Error('disk /secret/path is gone')
  }

  const reply = await host.send(OVERRIDE)

  assertRefused(reply, 500)
  assert.doesNotMatch(JSON.stringify([...reply.headers]), /secret/)
  assert.equal(host.logged.filter(({ level }) => level === 'error').length, 1)
})
