import assert from 'node:assert/strict'
import test from 'node:test'
import { createApplication } from '../../../test/helpers/application.ts'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  putChunked,
  putMessage,
  sequenceNumberOf,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { RevisionGoneError } from '../../ports/document-source.ts'

const CONTENT = testBytes(5000)
const ANOTHER_SIZE =
  'The application tells another size for a revision than before, or than was delivered'

test('a size that the application corrects under the same revision is told, and taken over', async () => {
  const { host, application } = await sceneWith()
  const { find } = application.source
  application.source.find = async (fileId, options) => {
    const found = await find(fileId, options)
    return found && { ...found, size: found.size - 1 }
  }
  await host.send(undefined)
  application.source.find = find

  assert.deepEqual(await host.get(), CONTENT)
  assert.deepEqual(errors(host), [ANOTHER_SIZE])
  const { fields } = host.logged[0] ?? {}
  assert.deepEqual(
    [fields?.fileId, fields?.revision, fields?.knownSize, fields?.size],
    ['doc', 'r1', 4999, 5000],
  )
})

test('a save that is stored with another size than was delivered is told, once, and read as it was', async () => {
  const { host, application } = await sceneWith()
  await host.lock('L')
  await host.put(testBytes(70, 2), 'L')
  host.deliveries?.start()
  await host.deliveries?.settled()
  const { find } = application.source
  application.source.find = async (fileId, options) => {
    const found = await find(fileId, options)
    return found && { ...found, size: 60 }
  }

  assert.deepEqual(await host.get(), testBytes(70, 2))
  await host.send(undefined)

  assert.deepEqual(errors(host), [ANOTHER_SIZE])
  await host.deliveries?.close()
})

test('a save that shares bytes with a revision that was pruned since is read from its own', async () => {
  const { host, application } = await sceneWith()
  await host.lock('L')
  const more = testBytes(90, 5)
  const body = putMessage([signatureOf([CONTENT, more])], { inline: [more] })
  await putChunked(host, body, { lock: 'L' })
  host.deliveries?.start()
  await host.deliveries?.settled()
  const { open } = application.source
  application.source.open = async (fileId, revision, options) => {
    if (revision === 'r1') throw new RevisionGoneError(fileId, revision)
    return open(fileId, revision, options)
  }
  const before = await sequenceNumberOf(host)

  const reply = await host.send(undefined, { contents: true })

  assert.equal(reply.status, 200)
  assert.deepEqual(reply.body, new Uint8Array(Buffer.concat([CONTENT, more])))
  assert.equal(await sequenceNumberOf(host), before)
  await host.deliveries?.close()
})

test('a revision that is pruned between find and open is no failure: the newest is adopted', async () => {
  const { host, application } = await sceneWith()
  await host.send(undefined)
  const newest = testBytes(80, 7)
  application.beforeOpen = (revision) => {
    if (revision !== 'r1') return
    application.write('doc', newest)
    throw new RevisionGoneError('doc', revision)
  }

  assert.deepEqual(await host.get(), newest)
})

test('other bytes under the same revision are not delivered as a save', async () => {
  const { host, application } = await sceneWith()
  await host.lock('L')
  const more = testBytes(90, 5)
  await putChunked(host, putMessage([signatureOf([CONTENT, more])], { inline: [more] }), {
    lock: 'L',
  })
  const { open } = application.source
  const other = testBytes(5000, 9)
  const failures = () => host.logged.filter(({ fields }) => fields.err)
  application.source.open = async () => ({
    async *[Symbol.asyncIterator]() {
      yield other
    },
    async [Symbol.asyncDispose]() {},
  })
  host.deliveries?.start()
  for (let turn = 0; turn < 10_000 && failures().length === 0; turn++)
    await new Promise(setImmediate)

  assert.equal(application.saves.length, 0)
  assert.match(String(failures()[0]?.fields.err), /DamagedBytesError/)
  assert.equal((await host.send(undefined, { contents: true })).status, 500)
  application.source.open = open
  await host.deliveries?.close()
})

async function sceneWith() {
  const application = createApplication()
  application.write('doc', CONTENT)
  return { host: await createTestHost({ application: application.source }), application }
}

function errors(host: TestHost): string[] {
  return host.logged.filter(({ level }) => level === 'error').map(({ message }) => message)
}
