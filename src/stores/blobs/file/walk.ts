import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListedBlob } from '../../../ports/blob-store.ts'
import type { AppendedBlobs } from './appended/appended-blobs.ts'
import { hasCode } from './system-calls.ts'

/** What the file of a blob is called after: keeps `a` and `a/b` apart, and strangers out. */
export const BLOB_SUFFIX = '.blob'
const PART = /^[a-z0-9-]+$/

interface Walk {
  prefix: string
  appended: Pick<AppendedBlobs, 'list' | 'reclaim'>
  signal: AbortSignal | undefined
}

/**
 * The blobs in a directory and below it, `prefix` being the part of their keys that leads there.
 * Gives up files of appended blobs that it finds mostly dead: those which were too young when the
 * last blob in them was deleted, and what a crash left.
 */
export async function* walk(
  directory: string,
  { prefix, appended, signal }: Walk,
): AsyncGenerator<ListedBlob> {
  const dead: string[] = []
  for await (const entry of entriesOf(directory)) {
    signal?.throwIfAborted()
    const path = join(directory, entry.name)
    if (entry.isDirectory() && PART.test(entry.name))
      yield* walk(path, { prefix: `${prefix}${entry.name}/`, appended, signal })
    const part = entry.isFile() ? partOf(entry.name) : undefined
    const length = part === undefined ? undefined : await lengthOf(path)
    if (length !== undefined) yield { key: `${prefix}${part}`, length }
    if (entry.isFile() && (yield* appended.list(directory, prefix, entry.name)))
      dead.push(entry.name)
  }
  for (const fileName of dead) await appended.reclaim(directory, fileName)
}

function partOf(name: string): string | undefined {
  if (!name.endsWith(BLOB_SUFFIX)) return undefined
  const part = name.slice(0, -BLOB_SUFFIX.length)
  return PART.test(part) ? part : undefined
}

async function* entriesOf(directory: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(directory)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

async function lengthOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    return undefined
  }
}
