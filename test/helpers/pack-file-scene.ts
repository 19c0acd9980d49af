import assert from 'node:assert/strict'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { BlobStore } from '../../src/ports/blob-store.ts'
import { type SystemCalls, systemCalls } from '../../src/stores/blobs/file/system-calls.ts'
import { createFileBlobStore, type FileBlobStoreOptions } from '../../src/stores/blobs/file.ts'
import { inPieces, readAll, someBytes } from '../../src/testing/blobs/context.ts'

const UNIT_BYTES = 4096
export const HOUR = 60 * 60 * 1000
export const SETTLED_AFTER = 25 * HOUR
/** With its header, exactly two units. */
export const LENGTH = 2 * UNIT_BYTES - 100

const root = await mkdtemp(join(tmpdir(), 'wopikit-appended-'))
after(() => rm(root, { recursive: true, force: true }))
let folders = 0

/** A folder, stores on it as if each were a process of its own, and the time. */
export function createScene() {
  folders += 1
  const directory = join(root, String(folders))
  const scene = {
    time: Date.now(),
    packFiles: async () =>
      (await readdir(join(directory, 'ab/doc')).catch(() => []))
        .filter((name) => name.endsWith('.packs'))
        .map((name) => join(directory, 'ab/doc', name)),
    openStore: (
      calls: Partial<SystemCalls> = {},
      options: Pick<FileBlobStoreOptions, 'appendedBelowBytes'> = {},
    ) =>
      createFileBlobStore({
        directory,
        reserveBytes: 0,
        now: () => scene.time,
        calls: { ...systemCalls, ...calls },
        ...options,
      }),
  }
  return scene
}

/** Stores blobs `ab/doc/x0` and so on. @returns their locators */
export async function putMany(store: BlobStore, count: number, first = 0): Promise<string[]> {
  const locators: string[] = []
  for (let n = first; n < first + count; n += 1) {
    const stored = await store.put(`ab/doc/x${n}`, inPieces(someBytes(LENGTH, n)))
    locators.push(stored.locator ?? '')
  }
  return locators
}

export async function deleteMany(store: BlobStore, locators: readonly string[]): Promise<void> {
  for (const [n, locator] of locators.entries()) await store.delete(`ab/doc/x${n}`, { locator })
}

export async function assertReads(store: BlobStore, n: number, locator: string | undefined) {
  const read = await readAll(store, `ab/doc/x${n}`, undefined, locator)
  assert.deepEqual(new Uint8Array(read), someBytes(LENGTH, n))
}

export function failure(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(`It is ${code}`), { code }))
}

export async function overwrite(path: string, position: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, position)
}
