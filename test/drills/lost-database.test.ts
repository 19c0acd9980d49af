import assert from 'node:assert/strict'
import { copyFile, cp, glob, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createStoreAdmin } from '../../src/host/admin.ts'
import { openStores, type Stores } from '../../src/server/compose.ts'
import { readConfig } from '../../src/server/config.ts'
import { openAdmin } from '../../src/server/open-admin.ts'
import { inFolder, startDrilled } from './running-server.ts'

const DATABASE = 'wopikit.db'
const CONTENT = new Uint8Array(1000).fill(7)
const DAY_MS = 24 * 60 * 60 * 1000
/** The sweeper looks for orphans in one part of the blobs at a time. */
const ALL_PARTS = 256

/** A folder with a document whose database is gone. */
async function loseDatabase(data: string): Promise<void> {
  await addDocument(data)
  for await (const file of glob(`${DATABASE}*`, { cwd: data })) await rm(join(data, file))
}

/** A folder with two documents whose database knows of one. */
async function bringOlderDatabase(data: string): Promise<string> {
  await addDocument(data)
  const older = join(data, '..', 'older.db')
  await copyFile(join(data, DATABASE), older)
  const fileId = await addDocument(data)
  for await (const file of glob(`${DATABASE}*`, { cwd: data })) await rm(join(data, file))
  await copyFile(older, join(data, DATABASE))
  return fileId
}

async function addDocument(data: string): Promise<string> {
  await using drilled = await startDrilled(data)
  return await drilled.add(CONTENT)
}

async function verify(data: string) {
  await using admin = await openAdmin(readConfig({ file: { data } }), { create: false })
  return (await admin.verify()).damage
}

async function startAndStop(data: string): Promise<void> {
  await using _ = await startDrilled(data)
}

/** Every blob that is there, after the sweeper has had several days for all of them. */
async function blobsAfterSweeps(data: string): Promise<string[]> {
  let now = Date.now()
  const stores = await openStores({ dataDir: data, now: () => now })
  const admin = createStoreAdmin(stores)
  for (let round = 0; round < 3; round += 1) {
    for (let part = 0; part < ALL_PARTS; part += 1)
      await admin.sweep({ budgetMs: 60_000 }).catch(() => {})
    now += DAY_MS + 1
  }
  const keys = await keysOf(stores)
  await stores.close()
  return keys
}

describe('a database that is not the one of its blobs', () => {
  test('a server does not start on blobs whose database is gone', () =>
    inFolder(async (data) => {
      await loseDatabase(data)

      await assert.rejects(startAndStop(data), { name: 'ServerError' })
    }))

  test('a server does not start on blobs that are newer than their database', () =>
    inFolder(async (data) => {
      await bringOlderDatabase(data)

      await assert.rejects(startAndStop(data), { name: 'ServerError' })
    }))

  test('verify finds blobs that are newer than their database', () =>
    inFolder(async (data) => {
      await bringOlderDatabase(data)

      const damage = await verify(data)

      assert.notDeepEqual(damage, [])
    }))

  test('sweep deletes nothing under a database that is older than its blobs', () =>
    inFolder(async (data) => {
      await bringOlderDatabase(data)
      const stores = await openStores({ dataDir: data })
      const before = await keysOf(stores)
      await stores.close()

      const after = await blobsAfterSweeps(data).catch(() => undefined)

      assert.deepEqual(after ?? before, before)
    }))

  test('verify finds that a damaged write-ahead log has lost a document', () =>
    inFolder(async (data) => {
      const copy = join(data, '..', 'copy')
      await addDocument(data)
      {
        await using running = await startDrilled(data)
        await running.add(CONTENT)
        await cp(data, copy, { recursive: true })
      }
      await truncate(join(copy, `${DATABASE}-wal`), 100)

      const damage = await verify(copy)

      assert.notDeepEqual(damage, [])
    }))
})

async function keysOf({ blobs }: Stores): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of blobs.list('')) keys.push(key)
  return keys.sort()
}
