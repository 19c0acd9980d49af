import assert from 'node:assert/strict'
import test from 'node:test'
import { type Application, createApplication } from '../../../test/helpers/application.ts'
import {
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  assembleStream,
  assertRefused,
  documentOf,
  getChunkedFile,
  getChunks,
  putChunked,
  putMessage,
  sequenceNumberOf,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'
import type { DocumentSource, SourceDocument } from '../../ports/document-source.ts'
import { WopiError } from '../../protocol/errors.ts'
import { documentOfPack } from '../packs/pack-writer.ts'

const CONTENT = testBytes(5000)
const OTHER = testBytes(700, 2)
const ZIP = zipOf({
  entries: [
    { name: 'a', content: testBytes(300, 3), descriptor: 'signed' },
    { name: 'b', content: testBytes(400, 4), descriptor: 'signed' },
  ],
})

test('createFollower adopts a document of the application without reading it', async () => {
  const { host, application } = await hostWith(CONTENT)

  const reply = await host.send(undefined)

  const info = JSON.parse(reply.text)
  assert.deepEqual([info.BaseFileName, info.Size, info.OwnerId], ['report.docx', 5000, 'owner'])
  assert.deepEqual(application.opens, [])
  assert.deepEqual((await documentOf(host)).source, { revision: 'r1', sequenceNumber: 1 })
})

test('GetFile of an adopted document streams the bytes of the application', async () => {
  const { host, application } = await hostWith(CONTENT)

  assert.deepEqual(await host.get(), CONTENT)

  assert.deepEqual(application.opens, [{ revision: 'r1', range: { start: 0, end: 5000 } }])
  assert.equal(application.open, 0)
})

test('createFollower adopts an empty document', async () => {
  const { host, application } = await hostWith(new Uint8Array(0))

  const { message } = await getChunkedFile(host)

  assert.deepEqual(await host.get(), new Uint8Array(0))
  assert.equal(message.signatures[0]?.chunks.length, 1)
  assert.deepEqual(application.opens, [])
})

test('GetFile of a document that the application does not know is 404', async () => {
  const host = await createTestHost({ application: createApplication().source })

  assertRefused(await host.send(undefined), 404)
})

test('createFollower adopts a document once for concurrent first requests', async () => {
  const { host } = await hostWith(CONTENT, 'mutable')

  const replies = await Promise.all(Array.from({ length: 20 }, () => host.send(undefined)))

  assert.ok(replies.every(({ status }) => status === 200))
  const { key } = await documentOf(host)
  assert.equal((await host.content.metadata.listManifests(key)).length, 1)
  assert.equal((await packsOf(host)).length, 1)
})

test('GetChunkedFile computes the signature of an adopted document once for concurrent requests', async () => {
  const alone = await hostWith(ZIP)
  await getChunkedFile(alone.host)
  const { host, application } = await hostWith(ZIP)
  await host.send(undefined)

  const replies = await Promise.all(Array.from({ length: 5 }, () => getChunkedFile(host)))

  for (const reply of replies) {
    assert.equal(reply.message.signatures[0]?.scheme, 'Zip')
    assert.deepEqual(assembleStream(reply), ZIP)
  }
  assert.equal(application.opens.length, alone.application.opens.length + 4)
  assert.equal(await sequenceNumberOf(host), 1)
})

test('a client that disconnects does not stop computing a signature that others wait for', async () => {
  const { host, application } = await hostWith(ZIP)
  const leaving = new AbortController()
  application.beforeOpen = () => leaving.abort(new Error('gone'))
  const document = await adopted(host)
  const left = host.content.withSignatures(document, leaving.signal)
  const staying = host.content.withSignatures(document, AbortSignal.any([]))

  await assert.rejects(left, /gone/)

  assert.notEqual((await staying).manifest.streams[0]?.chunks.length, 0)
})

test('the next request computes a signature again after a failure', async () => {
  const { host, application } = await hostWith(ZIP)
  const document = await adopted(host)
  application.beforeOpen = () => {
    throw new Error('the bucket is away')
  }
  await assert.rejects(host.content.withSignatures(document, AbortSignal.any([])), /away/)

  application.beforeOpen = () => {}

  assert.deepEqual(assembleStream(await getChunkedFile(host)), ZIP)
})

test('GetChunkedFile of a document that is deleted while its signature is computed is 404', async () => {
  const { host, application } = await hostWith(ZIP)
  const { key, manifestId, lockVersion } = await adopted(host)
  application.beforeOpen = async () => {
    await host.content.metadata.deleteDocument(key, { manifestId, lockVersion })
  }
  const leaving = new AbortController()
  setImmediate(() => leaving.abort(new Error('it never ended')))

  const signing = host.content.withSignatures(await adopted(host), leaving.signal)

  await assert.rejects(signing, (error) => error instanceof WopiError && error.code === 'NOT_FOUND')
})

test('GetChunks is 500 when the application ignores the requested range', async () => {
  const { host, application } = await hostWith(ZIP)
  const { message } = await getChunkedFile(host)
  const [, second] = message.signatures[0]?.chunks ?? []
  const { open } = application.source
  application.source.open = (fileId, revision) => open(fileId, revision)

  const wanted = { chunkId: second?.id ?? '', offset: 0, length: -1 }

  const ranges = [{ streamId: 'MainContent', chunkRangesToReturn: [wanted] }]
  assertRefused(await getChunks(host, ranges), 500)

  assert.match(String(host.logged.at(-1)?.fields.err), /more bytes than the requested range/)
})

test('PutChunkedFile finds chunks in a revision that the application keeps', async () => {
  const { host } = await hostWith(CONTENT)
  await host.lock('L')
  const more = testBytes(90, 5)

  const body = putMessage([signatureOf([CONTENT, more])], { inline: [more] })
  const reply = await putChunked(host, body, { lock: 'L' })

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), new Uint8Array(Buffer.concat([CONTENT, more])))
  assert.equal((await packsOf(host)).length, 1)
})

test('createFollower takes over a changed revision of an unlocked document', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')
  const properties = [
    { name: 'stays', value: '1', retention: 'KeepOnContentChange' as const },
    { name: 'goes', value: '2', retention: 'DeleteOnContentChange' as const },
  ]
  const streams = [signatureOf([CONTENT]), signatureOf([OTHER], { streamId: 'Alternate' })]
  await putChunked(host, putMessage(streams, { inline: [OTHER], properties }), { lock: 'L' })
  await host.send('UNLOCK', { headers: { 'X-WOPI-Lock': 'L' } })
  await deliverAll(host)

  application.write('doc', OTHER)
  const { message } = await getChunkedFile(host, [{}, { streamId: 'Alternate' }], ['stays', 'goes'])

  assert.deepEqual(await host.get(), OTHER)
  assert.equal(await sequenceNumberOf(host), 3)
  assert.deepEqual(message.signatures[1]?.chunks, [])
  assert.deepEqual(
    message.contentProperties.map(({ name }) => name),
    ['stays'],
  )
  assert.equal(application.saves.length, 1)
})

test('createFollower reports a changed revision of a locked document once and keeps the state', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')

  const revision = application.write('doc', OTHER)
  assert.deepEqual(await host.get(), CONTENT)
  assert.deepEqual(await host.get(), CONTENT)

  const conflict = { fileId: 'doc', revision, knownRevision: 'r1', version: 1, reason: 'locked' }
  assert.deepEqual(application.conflicts, [conflict])
  assert.equal(warnings(host).length, 1)
})

test('createFollower takes over a change that was made under a lock when the lock is gone', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')
  application.write('doc', OTHER)
  await host.get()

  host.advance(31 * MINUTE)

  assert.deepEqual(await host.get(), OTHER)
})

test('createFollower reports no conflict for a revision that a save became before its delivery was recorded', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')
  const taken = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  application.afterSave = () => {
    taken.resolve()
    return goOn.promise
  }
  host.deliveries?.start()
  await host.put(OTHER, 'L')
  await taken.promise

  assert.deepEqual(await host.get(), OTHER)
  goOn.resolve()
  await host.deliveries?.settled()
  assert.deepEqual(await host.get(), OTHER)

  assert.deepEqual(application.conflicts, [])
  assert.equal(await sequenceNumberOf(host), 2)
  await host.deliveries?.close()
})

test('createFollower reports a change by both application and clients once the save is delivered', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')
  await host.put(OTHER, 'L')

  const revision = application.write('doc', testBytes(9))
  assert.deepEqual(await host.get(), OTHER)
  assert.equal(application.conflicts.length, 0)
  await deliverAll(host)

  assert.deepEqual(
    application.conflicts.map((conflict) => [conflict.revision, conflict.reason]),
    [[revision, 'undelivered']],
  )
  assert.equal(application.saves[0]?.baseRevision, 'r1')
  assert.deepEqual(application.read('doc'), OTHER)
})

test('createFollower logs an onConflict that throws, and goes on', async () => {
  const application = createApplication()
  application.write('doc', CONTENT)
  const source: DocumentSource = {
    ...application.source,
    onConflict() {
      throw new Error('no mail today')
    },
  }
  const host = await createTestHost({ application: source })
  await host.lock('L')
  application.write('doc', OTHER)

  assert.equal((await host.send(undefined)).status, 200)

  await new Promise(setImmediate)
  assert.deepEqual(
    host.logged.map(({ message }) => message).filter((message) => /onConflict/.test(message)),
    ['onConflict failed'],
  )
})

test('GetFile of a document that the application deleted is 404, and its waiting saves stay', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')
  await host.put(OTHER, 'L')

  application.remove('doc')

  assertRefused(await host.send(undefined), 404)
  assertRefused(await host.send(undefined), 404)
  assert.equal(host.logged.filter(({ level }) => level === 'error').length, 1)
  assert.equal((await host.content.metadata.listDeliveries(9)).deliveries.length, 1)
})

test('CheckFileInfo shows the current name at the application', async () => {
  const { host } = await hostWith(CONTENT)
  await host.send(undefined)
  const renamed = createApplication({ name: 'new name.docx' })
  renamed.write('doc', CONTENT)

  const other = await createTestHost({ application: renamed.source, stores: host.content })

  const info = JSON.parse((await other.send(undefined)).text)
  assert.equal(info.BaseFileName, 'new name.docx')
})

test('CheckFileInfo replaces characters that clients do not allow in a name with a dash', async () => {
  const application = createApplication({ name: 'Q3: 50% <draft>/x.docx' })
  application.write('doc', CONTENT)
  const host = await createTestHost({ application: application.source })

  const info = JSON.parse((await host.send(undefined)).text)

  assert.equal(info.BaseFileName, 'Q3- 50- -draft--x.docx')
})

test('createFollower does not ask the application for requests that continue earlier ones', async () => {
  const { host, application } = await hostWith(CONTENT)
  await host.lock('L')
  const { finds } = application

  await host.send('GET_LOCK')
  await host.send('REFRESH_LOCK', { headers: { 'X-WOPI-Lock': 'L' } })
  await host.send('UNLOCK', { headers: { 'X-WOPI-Lock': 'L' } })

  assert.equal(application.finds, finds)
})

test('createFollower throws a TypeError when the application returns no valid revision', async () => {
  const application = createApplication()
  application.write('doc', CONTENT)
  const { source } = application
  const wrongs = [{ revision: '' }, { size: -1 }, { size: 0.5 }, { size: 5n }, { size: '5' }]
  for (const wrong of [...wrongs, { name: '' }, { ownerId: undefined }]) {
    const find = async () => {
      return { name: 'a', ownerId: 'o', size: 1, revision: 'r', ...wrong } as SourceDocument
    }
    const host = await createTestHost({ application: { ...source, find } })

    assertRefused(await host.send(undefined), 500)
    assert.match(String(host.logged[0]?.fields.err), /TypeError: DocumentSource\.find must return/)
  }
})

test('createFollower copies a mutable document when it adopts it', async () => {
  const { host, application } = await hostWith(ZIP, 'mutable')

  assert.deepEqual(await host.get(), ZIP)
  assert.deepEqual(assembleStream(await getChunkedFile(host)), ZIP)

  assert.equal(application.opens.length, 1)
  assert.equal(application.open, 0)
})

test('createFollower copies a mutable document again when it changes during the copy', async () => {
  const { host, application } = await hostWith(CONTENT, 'mutable')
  let changes = 2
  application.beforeOpen = () => {
    if (changes-- > 0) application.write('doc', OTHER)
  }

  assert.deepEqual(await host.get(), OTHER)

  assert.equal(application.opens.length, 3)
  assert.equal((await documentOf(host)).source?.revision, 'r3')
})

test('createFollower refuses a mutable document that keeps changing', async () => {
  const { host, application } = await hostWith(CONTENT, 'mutable')
  application.beforeOpen = () => {
    application.write('doc', OTHER)
  }

  assertRefused(await host.send(undefined), 500)
  assert.equal(await host.content.metadata.readDocument('doc'), undefined)
})

test('createFollower refuses a mutable document whose size differs from the one that find returned', async () => {
  const application = createApplication({ revisions: 'mutable' })
  application.write('doc', CONTENT)
  const { source } = application
  const find: DocumentSource['find'] = async (fileId, options) => {
    const found = await source.find(fileId, options)
    return found && { ...found, size: found.size + 1 }
  }
  const host = await createTestHost({ application: { ...source, find } })

  assertRefused(await host.send(undefined), 500)

  assert.equal(application.opens.length, 1)
  assert.match(String(host.logged[0]?.fields.err), /has 5000 bytes, not 5001/)
})

test('createFollower does not read a mutable document that is larger than the host allows', async () => {
  const application = createApplication({ revisions: 'mutable' })
  application.write('doc', CONTENT)
  const limits = { maxFileBytes: CONTENT.length - 1 }
  const host = await createTestHost({ application: application.source, limits })

  assertRefused(await host.send(undefined), 413)
  assert.deepEqual(application.opens, [])
})

test('a copy that is not taken is deleted', async () => {
  const { host, application } = await hostWith(CONTENT, 'mutable')
  const { open } = application.source
  application.source.open = async (...asked) => {
    const opened = await open(...asked)
    application.source.open = open
    application.write('doc', OTHER)
    return opened
  }
  await host.get()

  const packs = await packsOf(host)

  const { key } = await documentOf(host)
  assert.deepEqual(packs.map(documentOfPack), [key])
})

test('a client that disconnects stops waiting for the copy, and others get it', async () => {
  const { host, application } = await hostWith(CONTENT, 'mutable')
  const leaving = new AbortController()
  const goOn = Promise.withResolvers<void>()
  application.beforeOpen = () => goOn.promise
  const left = host.content.findDocument('doc', { signal: leaving.signal })
  const staying = host.content.findDocument('doc', { signal: AbortSignal.any([]) })

  leaving.abort(new Error('gone'))
  await assert.rejects(left, /gone/)
  goOn.resolve()

  assert.equal((await staying)?.document.size, CONTENT.length)
  assert.equal(application.opens.length, 1)
})

test('createFollower finds documents of the host beside those of the application', async () => {
  const { host, application } = await hostWith(CONTENT)
  const own = await createTestHost({ content: OTHER, stores: host.content })
  const { finds } = application

  const reply = await host.request(`/wopi/files/${own.fileId}/contents`, { method: 'GET' })

  assert.deepEqual(reply.body, OTHER)
  assert.equal(application.finds, finds)
})

async function hostWith(
  bytes: Uint8Array,
  revisions: DocumentSource['revisions'] = 'immutable',
): Promise<{ host: TestHost; application: Application }> {
  const application = createApplication({ revisions })
  application.write('doc', bytes)
  return { host: await createTestHost({ application: application.source }), application }
}

async function adopted(host: TestHost) {
  const found = await host.content.findDocument('doc', { signal: AbortSignal.any([]) })
  assert.ok(found)
  return found.document
}

async function deliverAll(host: TestHost): Promise<void> {
  host.deliveries?.start()
  await host.deliveries?.settled()
}

async function packsOf(host: TestHost): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of host.content.blobs.list('')) keys.push(key)
  return keys
}

function warnings(host: TestHost): string[] {
  return host.logged.filter(({ level }) => level === 'warn').map(({ message }) => message)
}
