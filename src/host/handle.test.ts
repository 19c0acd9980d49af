import assert from 'node:assert/strict'
import test from 'node:test'
import {
  createTestHost,
  once,
  putBody,
  START,
  type TestHost,
  testBytes,
} from '../../test/helpers/test-host.ts'
import { append, assertRefused, openSession } from '../../test/helpers/wopi-story.ts'
import type { Access } from '../ports/access.ts'
import { WopiError } from '../protocol/errors.ts'
import { createHandler } from './handle.ts'

test('the handler replies 404 to an address without operations, without asking for a token', async () => {
  const host = await createTestHost()

  assertRefused(await host.request('/wopi/folders/f', { token: undefined }), 404)
})

test('the handler replies 501 to an unknown, empty or missing override, after it has checked token and file', async () => {
  const host = await createTestHost()
  const send = (override: string, options = {}) =>
    host.request(`/wopi/files/${host.fileId}`, {
      method: 'POST',
      headers: { 'X-WOPI-Override': override },
      ...options,
    })

  assertRefused(await send('UNKNOWN'), 501)
  assertRefused(await send(''), 501)
  assertRefused(await send('UNKNOWN', { token: 'forged' }), 401)
  assertRefused(await send('UNKNOWN', { token: 'bob:none' }), 404)
})

test('the handler replies 401 before 404, so that nobody learns which files exist', async () => {
  const host = await createTestHost()

  assertRefused(await host.request('/wopi/files/none', { token: 'forged' }), 401)
  assertRefused(await host.request('/wopi/files/none', { token: 'bob:none' }), 404)
  assertRefused(await host.request('/wopi/files/none'), 404)
})

test('the handler replies to HEAD as to GET, with its length and without its body', async () => {
  const host = await createTestHost({ content: testBytes(1000) })
  for (const suffix of ['', '/contents', '/download']) {
    const target = `/wopi/files/${host.fileId}${suffix}`

    const head = await host.request(target, { method: 'HEAD' })
    const get = await host.request(target)

    assert.deepEqual([head.status, head.body.length], [200, 0], suffix)
    assert.equal(head.contentLength, get.body.length, suffix)
    assert.deepEqual([...head.headers], [...get.headers], suffix)
  }
})

test('the handler refuses HEAD as it refuses GET', async () => {
  const host = await createTestHost()
  const target = `/wopi/files/${host.fileId}/contents`

  assertRefused(await host.request(target, { method: 'HEAD', token: 'forged' }), 401)
  assertRefused(await host.request('/wopi/files/none', { method: 'HEAD' }), 404)
})

test('the handler replies to OPTIONS with the methods of an address, without asking for a token', async () => {
  const host = await createTestHost()
  const allowed = async (target: string) => {
    const reply = await host.request(target, { method: 'OPTIONS', token: undefined })
    return [reply.status, reply.headers.get('Allow')]
  }

  assert.deepEqual(await allowed('/wopi/files/any'), [204, 'GET, HEAD, POST, OPTIONS'])
  assert.deepEqual(await allowed('/wopi/files/any/download'), [204, 'GET, HEAD, OPTIONS'])
  assert.deepEqual((await allowed('/wopi/folders/any'))[0], 404)
})

test('the handler prefers the token of the query to that of the Authorization header', async () => {
  const host = await createTestHost()
  const headers = { Authorization: 'Bearer bob:read' }

  const both = JSON.parse((await host.send(undefined, { headers })).text)
  const header = JSON.parse((await host.send(undefined, { headers, token: undefined })).text)

  assert.deepEqual([both.UserId, header.UserId], ['alice', 'bob'])
})

test('the handler asks the application on every request, so that it can revoke rights', async () => {
  const host = await createTestHost()
  const asked: unknown[] = []
  let may = true
  const access: Access = {
    async authenticate(token, { fileId, operation }) {
      asked.push([token, fileId, operation])
      const permissions = new Set(may ? (['read'] as const) : [])
      return { userId: 'u', displayName: 'U', permissions, expiresAt: 0 }
    },
  }
  const handler = handlerOf(host, access)

  const before = await handler(requestOf(host.fileId))
  may = false
  const after = await handler(requestOf(host.fileId))

  assert.deepEqual([before.status, after.status], [200, 404])
  assert.deepEqual(asked[1], ['t', host.fileId, 'CheckFileInfo'])
})

test('the handler issues no token that outlives the one of the request, nor one without an expiry', async () => {
  const host = await createTestHost()
  let accessTokenTtl = START + 1
  const handler = handlerOf(host, {
    authenticate: async () => ({
      userId: 'u',
      displayName: 'U',
      permissions: new Set(['read'] as const),
      expiresAt: START,
    }),
    issue: async () => ({ accessToken: 'other', accessTokenTtl }),
  })

  for (accessTokenTtl of [START + 1, 0, Number.NaN])
    assert.equal((await handler(requestOf(host.fileId))).status, 500)
  accessTokenTtl = START
  assert.equal((await handler(requestOf(host.fileId))).status, 200)
})

test('the handler lets users who may write read', async () => {
  const host = await createTestHost()

  assert.equal((await host.send('GET_LOCK', { token: 'alice:write' })).status, 200)
})

test('the handler replies 500 without details when the application or a store fails, and logs the error', async () => {
  const host = await createTestHost()
  const handler = handlerOf(host, {
    authenticate: () => Promise.reject(new Error('ldap://secret is down')),
  })
  host.content.metadata.readDocument = () => Promise.reject(new Error('secret disk'))

  const byAccess = await handler(requestOf(host.fileId))
  const byStore = await host.send(undefined)

  assert.equal(byAccess.status, 500)
  assertRefused(byStore, 500)
  assert.ok(byStore.headers.get('X-WOPI-ServerError'))
  assert.doesNotMatch(JSON.stringify([byAccess, ...byStore.headers]), /secret/)
  assert.equal(host.logged.filter(({ level }) => level === 'error').length, 2)
})

test('the handler logs the correlation id with an error, and never a token', async () => {
  const host = await createTestHost()
  host.content.metadata.readDocument = () => Promise.reject(new Error('broken'))

  await host.send(undefined, { headers: { 'X-WOPI-CorrelationId': 'c-1' } })

  assert.equal(host.logged[0]?.fields.correlationId, 'c-1')
  assert.doesNotMatch(JSON.stringify(host.logged), /alice:write/)
})

test('the handler sends the reason of a failure as printable ASCII of limited length', async () => {
  const host = await createTestHost()
  const headers = { 'X-WOPI-Lock': `L${'\u00e9'.repeat(900)}` }

  const reply = await host.send('LOCK', { headers })

  assertRefused(reply, 400)
  assert.match(reply.headers.get('X-WOPI-FailureReason') ?? '', /^[\x20-\x7e]{1,1024}$/)
})

test('the handler sends the failure headers of an operation only after the permission check', async () => {
  const host = await createTestHost()
  const session = await openSession(host)
  const offset = 'X-WOPI-UploadSessionCurrentOffset'

  assertRefused(await append(host, session, 5, testBytes(5)), 400, { [offset]: '0' })
  assertRefused(await append(host, session, 5, testBytes(5), { token: 'bob:read' }), 404, {
    [offset]: null,
  })
})

test('the handler replies with the failure even when its failure headers throw', async () => {
  const host = await createTestHost()
  const session = await openSession(host)
  host.content.metadata.readSession = () => Promise.reject(new Error('broken'))

  assertRefused(await append(host, session, 0, testBytes(5)), 500)
})

test('the handler names the operation in its reply, for logs', async () => {
  const host = await createTestHost()
  const { handler, fileId } = host

  const done = await handler(requestOf(fileId, 'alice:write'))
  const refused = await handler(requestOf(fileId, 'forged'))

  assert.deepEqual([done.operation, refused.operation], ['CheckFileInfo', 'CheckFileInfo'])
})

test('the handler checks the proof before the token where it requires proofs', async () => {
  const host = await createTestHost()
  const refuse = () => Promise.reject(new WopiError('PROOF_INVALID'))
  const handler = provingHandler(host, refuse)

  const reply = await handler(requestOf(host.fileId, 'forged'))
  const boot = await handler({ ...requestOf(host.fileId), target: '/wopibootstrapper' })
  const download = await handler({
    ...requestOf(host.fileId),
    target: `/wopi/files/${host.fileId}/download?access_token=alice:download`,
  })

  assert.deepEqual([reply.status, boot.status, download.status], [500, 501, 200])
  assert.ok(reply.headers['X-WOPI-FailureReason'])
})

test('the handler passes an unproven PutChunkedFile with editors on to the operation, which replies 400', async () => {
  const host = await createTestHost()
  const headers = new Headers({
    'X-WOPI-Override': 'PUT_CHUNKED_FILE',
    'X-WOPI-Editors': 'bob',
    'X-WOPI-SequenceNumber': '1',
  })
  const request = {
    ...requestOf(host.fileId, 'alice:write'),
    method: 'POST',
    target: `/wopi/files/${host.fileId}/contents?access_token=alice:write`,
    header: (name: string) => headers.get(name) ?? undefined,
    body: once(putBody([testBytes(9)])),
  }

  const refused = await provingHandler(host, async () => {
    throw new WopiError('PROOF_INVALID')
  })(request)
  const proven = await provingHandler(host, async () => {})(request)

  assert.deepEqual([refused.status, proven.status], [400, 200])
})

function provingHandler(host: TestHost, checkProof: () => Promise<void>) {
  return createHandler({ ...host.services, checkProof })
}

function handlerOf(host: Awaited<ReturnType<typeof createTestHost>>, access: Access) {
  const line = (level: string) => (fields: Record<string, unknown>, message: string) => {
    host.logged.push({ level, fields, message })
  }
  const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  return createHandler({ ...host.services, access, log })
}

function requestOf(fileId: string, token = 't') {
  return {
    method: 'GET',
    target: `/wopi/files/${fileId}?access_token=${token}`,
    header: () => undefined,
    contentLength: undefined,
    body: (async function* () {})(),
    signal: new AbortController().signal,
  }
}
