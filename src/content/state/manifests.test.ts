import assert from 'node:assert/strict'
import test from 'node:test'
import { pruneHistory } from '../../../test/helpers/prune-history.ts'
import { createTestHost, testBytes } from '../../../test/helpers/test-host.ts'
import { documentOf } from '../../../test/helpers/wopi-story.ts'
import { mainSize } from '../saving/commit.ts'
import { createManifests } from './manifests.ts'

test('Manifests.current reads a manifest once and caches it', async () => {
  const host = await createTestHost({ content: testBytes(7) })
  const { metadata } = host.content
  let reads = 0
  const manifests = createManifests(
    {
      ...metadata,
      readManifest(...names) {
        reads++
        return metadata.readManifest(...names)
      },
    },
    host.content.openShare,
  )

  const first = await manifests.current(host.fileId)
  const second = await manifests.current(host.fileId)

  assert.equal(reads, 1)
  assert.equal(second?.manifest, first?.manifest)
})

test('Manifests.current returns a new state as soon as it is committed', async () => {
  const host = await createTestHost({ content: testBytes(7) })
  await host.lock('L')
  const before = await host.content.manifests.current(host.fileId)
  await host.put(testBytes(8), 'L')

  const after = await host.content.manifests.current(host.fileId)

  assert.deepEqual(
    [before?.manifest, after?.manifest].map((m) => m && mainSize(m)),
    [7, 8],
  )
})

test('Manifests.current of an unknown file is undefined', async () => {
  const host = await createTestHost()

  assert.equal(await host.content.manifests.current('none'), undefined)
})

test('Manifests.of returns the state that was read, also after a save', async () => {
  const host = await createTestHost({ content: testBytes(7) })
  await host.lock('L')
  const old = await documentOf(host)
  await host.put(testBytes(8), 'L')

  const { manifest, document } = await createManifests(
    host.content.metadata,
    host.content.openShare,
  ).of(old)

  assert.deepEqual([mainSize(manifest), document.sequenceNumber], [7, 1])
})

test('Manifests.of returns the current state, and its document, when the one that was read is pruned', async () => {
  const host = await createTestHost({ content: testBytes(7) })
  await host.lock('L')
  const old = await documentOf(host)
  await host.put(testBytes(8), 'L')
  await pruneHistory(host.content.metadata, old.key)

  const { manifest, document } = await createManifests(
    host.content.metadata,
    host.content.openShare,
  ).of(old)

  assert.deepEqual([mainSize(manifest), document.sequenceNumber], [8, 2])
})
