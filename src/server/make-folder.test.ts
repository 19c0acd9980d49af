import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { makeFolder } from './make-folder.ts'

const OWNER_ONLY = 0o700

let place: string

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wopikit-folder-'))
})
afterEach(() => rm(place, { recursive: true }))

test('makeFolder also makes the folders above, and leaves an existing folder as it is', async () => {
  const path = join(place, 'a/b/c')

  await makeFolder(path, OWNER_ONLY)
  await makeFolder(path, 0o777)

  for (const made of ['a', 'a/b', 'a/b/c'])
    assert.equal((await stat(join(place, made))).mode & 0o777, OWNER_ONLY)
})

test('makeFolder succeeds for many callers at once', async () => {
  const path = join(place, 'a/b/c')

  await Promise.all(Array.from({ length: 20 }, () => makeFolder(path, OWNER_ONLY)))

  assert.ok((await stat(path)).isDirectory())
})

test('makeFolder fails when it cannot make a folder, and does not try for ever', {
  timeout: 5000,
}, async () => {
  await writeFile(join(place, 'file'), '')

  for (const path of [join(place, 'file/a'), '/proc/wopikit/a', '/dev/null/a'])
    await assert.rejects(makeFolder(path, OWNER_ONLY), { name: 'Error' }, path)
})
