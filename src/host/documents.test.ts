import assert from 'node:assert/strict'
import test from 'node:test'
import { type Application, createApplication, readAll } from '../../test/helpers/application.ts'
import { createTestHost, once, type TestHost, testBytes } from '../../test/helpers/test-host.ts'
import { takeCoauthLock } from '../../test/helpers/wopi-story.ts'
import { DocumentExistsError } from '../content/saving/add-document.ts'
import { WopiError } from '../protocol/errors.ts'
import { createDocuments, type Documents, type OpenedDocument } from './documents.ts'

const CONTENT = testBytes(900)
const OTHER = testBytes(300, 2)

test('documents.create adds a document that clients can open at once', async () => {
  const { host, documents } = await plainHost()

  const fileId = await documents.create({
    name: '100% new.docx',
    ownerId: 'ada',
    content: once(OTHER),
    fileId: 'chosen',
  })

  assert.equal(fileId, 'chosen')
  const reply = await host.request('/wopi/files/chosen/contents', { method: 'GET' })
  assert.deepEqual(reply.body, OTHER)
  const { name } = await documents.open(fileId)
  assert.equal(name, '100- new.docx')
  const again = { name: 'x', ownerId: 'ada', content: once(OTHER), fileId }
  await assert.rejects(documents.create(again), DocumentExistsError)
})

test('documents.create puts a document into a container, where its name must be free', async () => {
  const { host, documents } = await plainHost()
  const { containerId } = await host.tree.root({ userId: 'ada' })
  const document = () => ({ name: 'A.docx', ownerId: 'ada', content: once(OTHER), containerId })

  const fileId = await documents.create(document())

  assert.deepEqual(await host.tree.find(containerId, 'a.DOCX'), { fileId })
  await assert.rejects(documents.create(document()), coded('NAME_TAKEN'))
  const nowhere = { ...document(), containerId: 'nowhere' }
  await assert.rejects(documents.create(nowhere), coded('NOT_FOUND'))
})

test('documents.open returns the newest content or a part of it', async () => {
  const { host, documents } = await plainHost()

  const whole = await contentOf(await documents.open(host.fileId))
  const part = await contentOf(await documents.open(host.fileId, { range: { start: 5, end: 9 } }))

  assert.deepEqual(whole, { name: 'report.docx', size: 900, version: 1, bytes: CONTENT })
  assert.deepEqual(part.bytes, CONTENT.subarray(5, 9))
  const beyond = documents.open(host.fileId, { range: { start: 0, end: 901 } })
  await assert.rejects(beyond, RangeError)
  await assert.rejects(documents.open('nothing'), coded('NOT_FOUND'))
})

test('documents.history lists who saved each state, and what the client said about it', async () => {
  const { host, documents } = await plainHost()
  await host.lock('L')
  host.advance(5000)
  const headers = {
    'X-WOPI-Lock': 'L',
    'X-WOPI-Editors': 'alice',
    'X-COOL-WOPI-IsAutosave': 'true',
    'X-COOL-WOPI-ExtendedData': 'reason=manual',
  }
  await host.send('PUT', { contents: true, body: OTHER, headers })

  const [newest, first] = await documents.history(host.fileId)

  assert.deepEqual(newest, {
    version: 2,
    size: OTHER.length,
    userId: 'alice',
    savedAt: host.now(),
    cause: { editors: ['alice'], isAutosave: true, extendedData: 'reason=manual' },
  })
  assert.deepEqual([first?.version, first && 'cause' in first], [1, false])
  await assert.rejects(documents.history('nothing'), coded('NOT_FOUND'))
})

test('documents.replace makes a new version if the current one is the expected one', async () => {
  const { host, documents } = await plainHost()

  const stale = documents.replace(host.fileId, once(OTHER), { userId: 'app', ifVersion: 7 })
  await assert.rejects(stale, coded('SEQUENCE_MISMATCH'))
  const saved = await documents.replace(host.fileId, once(OTHER), { userId: 'app', ifVersion: 1 })

  assert.deepEqual(saved, { version: 2 })
  assert.deepEqual(await host.get(), OTHER)
})

test('documents.replace is refused while clients hold a lock, also one taken during the call', async () => {
  const { host, documents } = await plainHost()
  async function* lockFirst() {
    await takeCoauthLock(host, 'me')
    yield OTHER
  }

  await assert.rejects(
    documents.replace(host.fileId, lockFirst(), { userId: 'app' }),
    coded('LOCK_CONFLICT'),
  )
  await assert.rejects(
    documents.replace(host.fileId, once(OTHER), { userId: 'app' }),
    coded('LOCK_CONFLICT'),
  )

  assert.deepEqual(await host.get(), CONTENT)
})

test('documents.unlock removes every lock', async () => {
  const { host, documents } = await plainHost()
  await host.lock('left behind')

  assert.equal(await documents.unlock(host.fileId), true)

  assert.equal(await documents.unlock(host.fileId), false)
  assert.equal((await host.lock('another')).status, 200)
})

test('documents.delete removes a document, whoever has locked it', async () => {
  const { host, documents } = await plainHost()
  await host.lock('L')

  assert.equal(await documents.delete(host.fileId), true)

  assert.equal((await host.send(undefined)).status, 404)
  assert.equal(await documents.delete(host.fileId), false)
})

test('documents.activities lists the newest first', async () => {
  const { host, documents } = await plainHost()
  const found = await host.content.metadata.readDocument(host.fileId)
  const activity = (activityId: string) => ({ activityId, type: 'C', userId: 'a', json: '{}' })
  const key = found?.document.key ?? ''
  await host.content.metadata.appendActivities(key, [activity('1'), activity('2')], 10)

  const listed = await documents.activities(host.fileId, { limit: 1 })

  assert.deepEqual(
    listed.map(({ activityId }) => activityId),
    ['2'],
  )
  assert.deepEqual(await documents.activities('nothing'), [])
})

test('documents.replace of a document that the application keeps is delivered to the application', async () => {
  const { host, application, documents } = await applicationHost()
  host.deliveries?.start()

  await documents.replace('doc', once(OTHER), { userId: 'robot' })
  await documents.settled()

  assert.deepEqual(application.read('doc'), OTHER)
  assert.equal(application.saves[0]?.userId, 'robot')
  await host.deliveries?.close()
})

test('documents.open of a document that the application keeps asks for its newest revision', async () => {
  const { application, documents } = await applicationHost()
  await contentOf(await documents.open('doc'))

  application.write('doc', OTHER)

  assert.deepEqual((await contentOf(await documents.open('doc'))).bytes, OTHER)
})

test('documents.delete of a document that the application keeps deletes only the records of the host', async () => {
  const { host, application, documents } = await applicationHost()
  await host.lock('L')
  await host.put(OTHER, 'L')

  assert.equal(await documents.delete('doc'), true)

  assert.equal((await host.content.metadata.listDeliveries(1)).nextAt, undefined)
  assert.deepEqual(await host.get(), CONTENT)
  assert.equal(application.saves.length, 0)
})

test('documents.replace is refused when the document was deleted and adopted again meanwhile', async () => {
  const { host, documents } = await applicationHost()
  async function* forgetFirst() {
    await documents.delete('doc')
    await host.send(undefined)
    yield OTHER
  }

  const replaced = documents.replace('doc', forgetFirst(), { userId: 'robot' })

  await assert.rejects(replaced, coded('NOT_FOUND'))
  assert.deepEqual(await host.get(), CONTENT)
})

async function plainHost(): Promise<{ host: TestHost; documents: Documents }> {
  const host = await createTestHost({ content: CONTENT })
  return { host, documents: createDocuments(host.content) }
}

async function applicationHost(): Promise<{
  host: TestHost
  application: Application
  documents: Documents
}> {
  const application = createApplication()
  application.write('doc', CONTENT)
  const host = await createTestHost({ application: application.source })
  return { host, application, documents: createDocuments(host.content, host.deliveries) }
}

async function contentOf({ body, ...facts }: OpenedDocument) {
  return { ...facts, bytes: await readAll(body) }
}

function coded(code: string) {
  return (error: unknown) => error instanceof WopiError && error.code === code
}
