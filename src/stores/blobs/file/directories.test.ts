import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { createDirectories } from './directories.ts'
import { systemCalls } from './system-calls.ts'

/** Directories on a system that answers `fsync` of a directory with `code`. */
async function openDirectories(t: TestContext, code: string) {
  const root = await mkdtemp(join(tmpdir(), 'wopikit-directories-'))
  t.after(() => rm(root, { recursive: true }))
  const told: unknown[] = []
  const fsync = () => Promise.reject(Object.assign(new Error(code), { code }))
  const onUnsynced = (error: unknown) => told.push(error)
  return { root, told, ...createDirectories({ ...systemCalls, fsync }, { root, onUnsynced }) }
}

describe('directories of the file blob store', () => {
  for (const code of ['EPERM', 'EISDIR', 'EINVAL'])
    test(`directories are made where the system cannot sync them (${code}), with one warning`, async (t) => {
      const { root, told, ensure, sync } = await openDirectories(t, code)

      await ensure(join(root, 'a', 'b'))
      await sync(join(root, 'a'))

      assert.deepEqual(
        told.map((error) => (error as NodeJS.ErrnoException).code),
        [code],
      )
    })

  test('syncing a directory fails when the disk fails, so that nothing is acknowledged', async (t) => {
    const { root, told, ensure } = await openDirectories(t, 'EIO')

    await assert.rejects(ensure(join(root, 'a')), { code: 'EIO' })

    assert.deepEqual(told, [])
  })
})
