import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readConfig } from './config.ts'
import { createLog } from './logging.ts'
import { type RunningServer, startServer } from './run.ts'

const CALLBACK = 'http://localhost:5000/'

let data: string
let server: RunningServer
before(async () => {
  data = await mkdtemp(join(tmpdir(), 'wopikit-sign-in-'))
  const config = readConfig({ file: { port: 0, data, basePath: '/office', trialSignIn: true } })
  server = await startServer(config, { log: createLog('silent', { write: () => {} }) })
})
after(async () => {
  await server.close()
  await rm(data, { recursive: true })
})

/** Follows an address of an answer, and reads the reply. */
async function follow<T>(address: string): Promise<T> {
  const reply = await fetch(address)
  assert.equal(reply.status, 200, address.replace(/\?.*/, ''))
  return (await reply.json()) as T
}

/** An address below another one, with the same token. */
function below(address: string, path: string): string {
  const url = new URL(address)
  url.pathname += path
  return url.href
}

/** Signs in with nothing but the data of the challenge. */
async function signIn(challenge: string): Promise<string> {
  const [, authorize] = /authorization_uri="([^"]+)"/.exec(challenge) ?? []
  const [, issuance] = /tokenIssuance_uri="([^"]+)"/.exec(challenge) ?? []
  assert.ok(authorize && issuance)
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'office',
    redirect_uri: CALLBACK,
  })
  const back = await fetch(`${authorize}?${query}`, { method: 'POST', redirect: 'manual' })
  const code = new URL(back.headers.get('Location') ?? '').searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }
  const traded = await fetch(issuance, { method: 'POST', body: new URLSearchParams(form) })
  return ((await traded.json()) as { access_token: string }).access_token
}

describe('the trial sign-in of a server', () => {
  test('a client can get from the challenge to the content of a document', async () => {
    const bootstrapper = `${server.url}/office/wopibootstrapper`
    const unknown = await fetch(bootstrapper)
    const token = await signIn(unknown.headers.get('WWW-Authenticate') ?? '')
    const known = await fetch(bootstrapper, { headers: { Authorization: `Bearer ${token}` } })

    const { Bootstrap } = (await known.json()) as { Bootstrap: Record<string, string> }
    const root = await follow<{ ContainerPointer: { Url: string } }>(
      below(Bootstrap.EcosystemUrl ?? '', '/root_container_pointer'),
    )
    const listed = await follow<{ ChildFiles: { Name: string; Url: string; Size: number }[] }>(
      below(root.ContainerPointer.Url, '/children'),
    )
    const [file] = listed.ChildFiles
    const info = await follow<Record<string, unknown>>(file?.Url ?? '')
    const content = await fetch(below(file?.Url ?? '', '/contents'))

    assert.equal(unknown.status, 401)
    assert.equal(Bootstrap.UserFriendlyName, 'Demo User')
    assert.equal(file?.Name, 'Welcome to wopikit.docx')
    assert.partialDeepStrictEqual(info, { UserId: 'demo', UserCanWrite: true })
    assert.equal((await content.arrayBuffer()).byteLength, file?.Size)
  })

  test('a sign-in token opens no document, and a WOPI token signs nobody in', async () => {
    const bootstrapper = `${server.url}/office/wopibootstrapper`
    const challenge = (await fetch(bootstrapper)).headers.get('WWW-Authenticate') ?? ''
    const oauth = await signIn(challenge)
    const { accessToken } = await server.access.mint({
      fileId: server.sampleFileId,
      userId: 'demo',
      displayName: 'Demo User',
      permissions: ['read'],
      ttlMs: 60_000,
    })
    const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

    const document = await fetch(server.host.wopiSrc(server.sampleFileId), bearer(oauth))
    const signedIn = await fetch(bootstrapper, bearer(accessToken))

    assert.deepEqual([document.status, signedIn.status], [401, 401])
  })
})
