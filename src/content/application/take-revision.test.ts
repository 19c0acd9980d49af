import assert from 'node:assert/strict'
import test from 'node:test'
import { type Application, createApplication } from '../../../test/helpers/application.ts'
import { pruneHistory } from '../../../test/helpers/prune-history.ts'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  documentOf,
  getChunkedFile,
  putChunked,
  putMessage,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { createOpener } from '../packs/opener.ts'
import { createSweeper } from '../upkeep/sweep.ts'
import { verifyStore } from '../upkeep/verify.ts'
import { isRevision } from './take-revision.ts'

const CONTENT = testBytes(2000)
const MORE = testBytes(100, 2)
const RETENTION = { historyStates: 1, historyAgeMs: 0, garbageDelayMs: 0 }

test('sweep deletes packs that nothing names, and nothing that the application keeps', async () => {
  const { host } = await savedHost()
  await host.put(testBytes(7), 'L')
  host.deliveries?.start()
  await host.deliveries?.settled()
  await host.deliveries?.close()

  for (let i = 0; i < 2; i++) {
    await host.content.metadata.requestSweep((await documentOf(host)).key, 0)
    const sweeper = createSweeper(host.content, { retention: RETENTION, clock: () => 0 })
    await sweeper.sweep({ budgetMs: 1 })
    host.advance(1)
  }

  const kept: string[] = []
  for await (const { key } of host.content.blobs.list('')) kept.push(key)
  assert.equal(kept.length, 1)
  assert.deepEqual(await host.get(), testBytes(7))
})

test('sweep keeps states that wait for their delivery', async () => {
  const { host, application } = await savedHost()
  await host.put(testBytes(7), 'L')
  const { key } = await documentOf(host)

  await pruneHistory(host.content.metadata, key)
  host.deliveries?.start()
  await host.deliveries?.settled()

  assert.deepEqual(
    application.saves.map(({ size }) => size),
    [2100, 7],
  )
  await host.deliveries?.close()
})

test('sweep by a tool beside the host skips revisions that it cannot read', async () => {
  const { host } = await savedHost()
  const { metadata, blobs, newId } = host.content
  const tool = { metadata, blobs, newId, opener: createOpener(blobs) }
  await metadata.requestSweep((await documentOf(host)).key, 0)

  const sweeper = createSweeper(tool, { retention: RETENTION, clock: () => 0 })

  assert.equal((await sweeper.sweep({ budgetMs: 1 })).documentsSwept, 1)
})

test('verifyStore checks revisions that the application keeps where it can open them', async () => {
  const { host, application } = await savedHost()
  const sound = await verifyStore(host.content)
  application.source.open = async () => {
    throw new Error('the bucket is away')
  }

  const broken = await verifyStore(host.content)

  assert.deepEqual(sound.damage, [])
  // Only one of the two states has a signature that can be checked.
  assert.equal(sound.bytesOfApplication, 2000)
  assert.ok(sound.bytes > 2000)
  assert.match(String(broken.damage[0]?.problem), /the bucket is away/)
})

test('verifyStore by a tool beside the host reports how much it could not check', async () => {
  const { host } = await savedHost()
  const { metadata, blobs } = host.content

  const report = await verifyStore({ metadata, opener: createOpener(blobs) })

  assert.deepEqual(report.damage, [])
  assert.equal(report.bytesOfApplication, 3 * 2000)
  assert.equal(report.bytes, 100)
})

test('isRevision accepts any text that is not too long and that every store can keep', () => {
  for (const good of ['1', 'ü'.repeat(1024)]) assert.equal(isRevision(good), true)
  for (const bad of ['', 'x'.repeat(1025), 'half \ud83d', 'a\0b', undefined, 7])
    assert.equal(isRevision(bad), false)
})

/** A host whose document has bytes in a revision of the application and in a pack. */
async function savedHost(): Promise<{ host: TestHost; application: Application }> {
  const application = createApplication()
  application.write('doc', CONTENT)
  const host = await createTestHost({ application: application.source })
  await host.lock('L')
  await getChunkedFile(host)
  const body = putMessage([signatureOf([CONTENT, MORE])], { inline: [MORE] })
  assert.equal((await putChunked(host, body, { lock: 'L' })).status, 200)
  return { host, application }
}
