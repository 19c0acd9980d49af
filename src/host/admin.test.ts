import assert from 'node:assert/strict'
import test from 'node:test'
import {
  chunkFrames,
  createTestHost,
  MINUTE,
  once,
  testBytes,
} from '../../test/helpers/test-host.ts'
import { append, assertRefused, openSession } from '../../test/helpers/wopi-story.ts'
import { createStoreAdmin, DocumentExistsError } from './admin.ts'

test('add adds a document that can be opened at once', async () => {
  const host = await createTestHost()
  const admin = createStoreAdmin(host.content)

  const { fileId } = await admin.add({
    name: 'b.docx',
    ownerId: 'bob',
    content: () => once(testBytes(9)),
  })

  const reply = await host.request(`/wopi/files/${fileId}/contents`)
  assert.deepEqual(reply.body, testBytes(9))
  assert.equal((await admin.find(fileId))?.name, 'b.docx')
})

test('add refuses a taken fileId and content that is too large', async () => {
  const host = await createTestHost({ content: testBytes(5) })
  const admin = createStoreAdmin({ ...host.content, limits: { maxFileBytes: 8 } })
  const document = { name: 'b.docx', ownerId: 'bob', fileId: host.fileId }

  const content = (length: number) => () => once(testBytes(length))

  await assert.rejects(admin.add({ ...document, content: content(3) }), DocumentExistsError)
  await assert.rejects(admin.add({ name: 'c', ownerId: 'c', content: content(9) }), {
    code: 'TOO_LARGE',
  })
  assert.deepEqual(await host.get(), testBytes(5))
})

test('add adds no document when its content throws', async () => {
  const host = await createTestHost()
  const admin = createStoreAdmin(host.content)
  async function* broken() {
    yield testBytes(4)
    throw new Error('broken')
  }

  await assert.rejects(
    admin.add({ name: 'b', ownerId: 'b', fileId: 'b', content: broken }),
    /broken/,
  )

  assert.equal(await admin.find('b'), undefined)
})

test('add puts a document into the root container, or into another one', async () => {
  const host = await createTestHost()
  const admin = createStoreAdmin(host.content)
  const root = await admin.tree.root({ userId: 'bob' })
  const made = await host.tree.createContainer({
    parentId: root.containerId,
    name: 'Sub',
    userId: 'bob',
  })
  assert.ok(made.ok)
  const { containerId } = made.container
  const document = { name: 'b.docx', ownerId: 'bob', content: () => once(testBytes(1)) }

  const above = await admin.add(document)
  const below = await admin.add({ ...document, containerId })

  assert.deepEqual([above.name, below.name], ['b.docx', 'b.docx'])
  assert.equal((await admin.find(above.fileId))?.containerId, root.containerId)
  assert.equal((await admin.find(below.fileId))?.containerId, containerId)
})

test('add numbers a name that is already taken in any case', async () => {
  const admin = createStoreAdmin((await createTestHost()).content)
  const document = { ownerId: 'bob', content: () => once(testBytes(1)) }

  const names: string[] = []
  for (const name of ['b.docx', 'B.docx', 'b.DOCX', 'b (2).docx'])
    names.push((await admin.add({ ...document, name })).name)

  assert.deepEqual(names, ['b.docx', 'B (2).docx', 'b (3).DOCX', 'b (2) (2).docx'])
})

test('add gives different names to two concurrent documents of the same name', async () => {
  const admin = createStoreAdmin((await createTestHost()).content)
  const document = { name: 'b.docx', ownerId: 'bob', content: () => once(testBytes(7)) }

  const added = await Promise.all([1, 2, 3].map(() => admin.add(document)))

  assert.deepEqual(added.map(({ name }) => name).sort(), ['b (2).docx', 'b (3).docx', 'b.docx'])
})

test('add refuses a container that does not exist', async () => {
  const admin = createStoreAdmin((await createTestHost()).content)
  const document = { name: 'b.docx', ownerId: 'bob', content: () => once(testBytes(1)) }

  await assert.rejects(admin.add({ ...document, containerId: 'nope' }), { code: 'NOT_FOUND' })
})

test('findAny returns some document, or undefined without any', async () => {
  const host = await createTestHost()

  assert.equal((await createStoreAdmin(host.content).findAny())?.fileId, host.fileId)
})

test('sessions lists all sessions that clients can continue, over several pages', async () => {
  const host = await createTestHost({ limits: { maxSessionsPerUser: 1000 } })
  const admin = createStoreAdmin(host.content)
  for (let i = 0; i < 7; i++) await openSession(host)
  host.advance(30 * MINUTE)
  for (let i = 0; i < 105; i++) await openSession(host)

  const { sessions, now } = await admin.sessions()

  assert.equal(sessions.length, 105)
  assert.equal(now, host.now())
})

test('cancelSession ends a session: its client gets 410', async () => {
  const host = await createTestHost()
  const admin = createStoreAdmin(host.content)
  const session = await openSession(host)
  const [listed] = (await admin.sessions()).sessions

  const cancelled = await admin.cancelSession(listed?.id ?? '')
  const again = await admin.cancelSession(listed?.id ?? '')

  assert.deepEqual([cancelled, again], [true, false])
  assertRefused(await append(host, session, 0, chunkFrames([testBytes(4)])), 410)
})

test('verify and sweep work on the stores of the host', async () => {
  const host = await createTestHost({ content: testBytes(50) })
  const admin = createStoreAdmin(host.content)

  const verified = await admin.verify()
  const swept = await admin.sweep({ budgetMs: 1000 })

  assert.deepEqual([verified.documents, verified.bytes, verified.damage], [1, 50, []])
  assert.equal(swept.packsDeleted, 0)
})
