import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { startApplication } from '../../examples/own-documents/server.ts'
import { bytesSource, createWopiClient, uploadDocument } from '../../src/client.ts'
import { docxOf } from '../helpers/office-documents.ts'
import { testBytes } from '../helpers/test-host.ts'
import { wopikit } from '../helpers/wopikit-process.ts'

const CONFORMANCE_DIR = process.env.WOPIKIT_CONFORMANCE_DIR
const skip = CONFORMANCE_DIR ? false : 'WOPIKIT_CONFORMANCE_DIR is not set'
const LATER = String(Date.now() + 60 * 60 * 1000)

const BEFORE = docxOf(['The beginning.'], testBytes(300_000))
const AFTER = docxOf(['The beginning.', 'And more.'], testBytes(300_000))

test('an edit through wopikit is the newest download of the application', async () => {
  await using application = await openApplication()
  const { id, connection } = await application.add('report.docx', BEFORE)

  const result = await uploadDocument(bytesSource(AFTER), connection)
  await application.delivered()

  assert.equal(result.saved, true)
  assert.ok(result.bytesSent < 5000, 'the picture is where the application keeps it')
  assert.deepEqual(await application.bytes(`/documents/${id}`), AFTER)
  const [save] = await application.json(`/documents/${id}/revisions`)
  assert.deepEqual([save.author, save.version, save.size], ['ada', 2, AFTER.length])
})

test('a change by the application is what clients open next', async () => {
  await using application = await openApplication()
  const { id, connection } = await application.add('report.docx', BEFORE)
  const client = createWopiClient(connection)
  assert.equal((await client.checkFileInfo()).Version, '1')

  await application.change(id, AFTER)

  const info = await client.checkFileInfo()
  assert.deepEqual([info.Version, info.Size], ['2', AFTER.length])
  assert.deepEqual(await readAll((await client.getFile()).body), AFTER)
})

test('a change at both ends overwrites nothing', async () => {
  await using application = await openApplication()
  const { id, connection } = await application.add('report.docx', BEFORE)
  const client = createWopiClient(connection)
  await client.lock('L')
  await application.change(id, testBytes(10))

  const lock = { newLockId: () => 'L' }
  await uploadDocument(bytesSource(AFTER), { ...connection, ...lock })
  await application.delivered()

  assert.deepEqual(await application.bytes(`/documents/${id}`), testBytes(10))
  const copy = await application.find(/report, saved by ada \([0-9a-f]{8}\)\.docx/)
  assert.deepEqual(await application.bytes(`/documents/${copy}`), AFTER)
  assert.deepEqual(await readAll((await client.getFile()).body), testBytes(10))
})

test('a token of one document opens no other one, and nobody gets one but a user', async () => {
  await using application = await openApplication()
  const [mine, other] = [await application.add('a', BEFORE), await application.add('b', BEFORE)]

  const { wopiSrc } = other.connection
  const opened = await fetch(`${wopiSrc}?access_token=${mine.connection.accessToken}`)

  assert.equal(opened.status, 404)
  for (const nobody of ['constructor', 'mallory'])
    assert.equal(await application.status(`/documents/${mine.id}/edit?user=${nobody}`), 404)
})

test('a second upload of one name is refused in words', async () => {
  await using application = await openApplication()
  const { id } = await application.add('report.docx', BEFORE)

  const refused = await application.upload('report.docx', AFTER)

  assert.equal(refused.status, 409)
  assert.match(await refused.text(), /There is a document report\.docx already/)
  assert.deepEqual(await application.bytes(`/documents/${id}`), BEFORE)
})

test('saves are still there when the application starts again', async () => {
  await using application = await openApplication()
  const { id, connection } = await application.add('report.docx', BEFORE)
  await uploadDocument(bytesSource(AFTER), connection)

  await application.restart()

  assert.deepEqual(await application.bytes(`/documents/${id}`), AFTER)
})

test('the sample is ready for Microsoft’s validator', async () => {
  await using application = await openApplication()
  const id = await application.find(/sample\.wopitest/)

  const info = await createWopiClient(await application.open(id)).checkFileInfo()

  for (const name of [
    'SupportsUpdate',
    'SupportsLocks',
    'SupportsGetLock',
    'SupportsExtendedLockLength',
    'SupportsRename',
    'SupportsDeleteFile',
    'SupportsUserInfo',
    'SupportsContainers',
    'SupportsEcosystem',
    'SupportsAddActivities',
    'SupportsCoauth',
    'UserCanWrite',
    'UserCanRename',
  ])
    assert.equal(info[name], true, name)
  assert.deepEqual(info.SupportedShareUrlTypes, ['ReadOnly', 'ReadWrite'])
  const fetched = await fetch(String(info.FileUrl))
  assert.match(await fetched.text(), /stays where it is/)
})

test('the sample passes Microsoft’s validator', { skip }, async () => {
  await using application = await openApplication()
  const { wopiSrc, accessToken } = await application.open(
    await application.find(/sample\.wopitest/),
  )

  const cases = join(CONFORMANCE_DIR ?? '', 'validator', 'TestCases.xml')
  const connection = ['--wopisrc', wopiSrc, '--token', accessToken, '--token-ttl', LATER]
  const report = await wopikit(['validate', '--cases', cases, '--allow-skips', ...connection])

  const { passed, failed } = report.totals as Record<string, number>
  assert.equal(failed, 0)
  assert.ok(Number(passed) >= 200, `only ${passed} passed`)
  await application.delivered()
})

async function openApplication() {
  const data = await mkdtemp(join(tmpdir(), 'wopikit-example-'))
  let running = await startApplication({ port: 0, data })
  const json = async (path: string, init?: RequestInit) => {
    const reply = await fetch(`${running.url}${path}`, init)
    assert.equal(reply.status, 200, path)
    return reply.json()
  }
  const open = async (id: string) => {
    const { wopiSrc, accessToken } = await json(`/documents/${id}/edit?user=ada`)
    return { wopiSrc, accessToken }
  }
  const send = (method: string, body: Uint8Array) => ({ method, body: new Uint8Array(body) })

  return {
    json,
    open,
    upload: (name: string, content: Uint8Array) =>
      fetch(`${running.url}/documents?name=${name}&user=ada`, send('POST', content)),
    delivered: () => running.delivered(),
    async add(name: string, content: Uint8Array) {
      const { id } = (await (await this.upload(name, content)).json()) as { id: string }
      return { id, connection: await open(id) }
    },
    change: (id: string, content: Uint8Array) => json(`/documents/${id}`, send('PUT', content)),
    status: async (path: string) => (await fetch(`${running.url}${path}`)).status,
    async bytes(path: string) {
      return new Uint8Array(await (await fetch(`${running.url}${path}`)).arrayBuffer())
    },
    /** The id of the document whose line on the front page this matches. */
    async find(name: RegExp) {
      const page = await (await fetch(running.url)).text()
      const line = page.split('<li>').find((item) => name.test(item)) ?? ''
      return /\/documents\/([^/"]+)/.exec(line)?.[1] ?? assert.fail(`no ${name} in ${page}`)
    },
    async restart() {
      await running.close()
      running = await startApplication({ port: 0, data })
    },
    async [Symbol.asyncDispose]() {
      await running.close()
      await rm(data, { recursive: true })
    },
  }
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const bytes of body) parts.push(bytes)
  return new Uint8Array(Buffer.concat(parts))
}
