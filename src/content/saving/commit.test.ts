import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import { documentOf } from '../../../test/helpers/wopi-story.ts'
import { SEQUENCE_NUMBER_MAX } from '../../protocol/names.ts'
import { encodeManifest } from '../state/manifest-format.ts'
import { commitNext } from './commit.ts'

test('commitNext calls prepare again with the new state when another save was faster', async () => {
  const host = await createTestHost()
  await host.lock('L')
  const seen: number[] = []

  const saved = await commitNext(
    host.content,
    await target(host),
    async ({ document, manifest }) => {
      seen.push(document.sequenceNumber)
      if (seen.length < 3) await host.put(testBytes(seen.length), 'L')
      return { manifest, newPacks: [] }
    },
  )

  assert.deepEqual(seen, [1, 2, 3])
  assert.equal(saved.sequenceNumber, 4)
  assert.equal((await documentOf(host)).sequenceNumber, 4)
})

test('commitNext calls prepare again when the locks have changed meanwhile', async () => {
  const host = await createTestHost()
  const seen: (string | null)[] = []

  await commitNext(host.content, await target(host), async ({ document, manifest }) => {
    seen.push(document.locks)
    if (seen.length === 1) await host.lock('L')
    return { manifest, newPacks: [] }
  })

  assert.deepEqual(
    seen.map((locks) => locks !== null),
    [false, true],
  )
})

test('commitNext changes nothing when prepare throws', async () => {
  const host = await createTestHost()
  const refuse = () => Promise.reject(new Error('no'))

  await assert.rejects(commitNext(host.content, await target(host), refuse), /no/)

  assert.equal((await documentOf(host)).sequenceNumber, 1)
})

test('commitNext of a document that does not exist is NOT_FOUND', async () => {
  const host = await createTestHost()
  const nobody = { fileId: 'none', documentKey: 'none', userId: 'alice', packs: [] }

  await assert.rejects(
    commitNext(host.content, nobody, () => assert.fail('prepare was called')),
    { code: 'NOT_FOUND' },
  )
})

test('commitNext refuses to count beyond the largest sequence number', async () => {
  const host = await createTestHost()
  const { key, manifestId } = await documentOf(host)
  const manifest = encodeManifest({ streams: [], properties: [] })
  await host.content.metadata.commit({
    documentKey: key,
    expected: { manifestId },
    manifestId: 'last',
    manifest,
    size: 0,
    sequenceNumber: SEQUENCE_NUMBER_MAX,
    userId: 'alice',
    newPacks: [],
    sweepAfterMs: 0,
  })

  assert.equal((await host.put(testBytes(3))).status, 500)
  assert.equal((await documentOf(host)).manifestId, 'last')
})

async function target(host: TestHost) {
  const { key } = await documentOf(host)
  return { fileId: host.fileId, documentKey: key, userId: 'alice', packs: [] }
}
