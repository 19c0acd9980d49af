import { dirname, sep } from 'node:path'
import { hasCode, type SystemCalls } from './system-calls.ts'

/** Most directories that are remembered as durable. */
const REMEMBERED_MAX = 10_000

/** Directories below a root, made durable before anything is put into them. */
export interface Directories {
  /** Makes a directory and those above it. Resolves when a power cut cannot take them away. */
  ensure(path: string): Promise<void>
  /** Makes the names that a directory holds durable. */
  sync(path: string): Promise<void>
  /** Remembers none any more: one that was there is gone. */
  forget(): void
}

/** How Windows, and some network file systems, say that they sync files only. */
const NOT_SYNCABLE = ['EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP']

/**
 * @param options.root where they begin; those above it are made, too, but only if they are missing
 * @param options.onUnsynced told once when the system cannot make names durable
 */
export function createDirectories(
  calls: SystemCalls,
  { root, onUnsynced }: { root: string; onUnsynced: (error: unknown) => void },
): Directories {
  const durable = new Map<string, Promise<void>>()
  let isTold = false

  return { ensure, sync, forget: () => durable.clear() }

  function ensure(path: string): Promise<void> {
    const known = durable.get(path)
    if (known) return known
    if (durable.size >= REMEMBERED_MAX) durable.clear()
    const made = make(path)
    durable.set(path, made)
    made.catch(() => durable.delete(path))
    return made
  }

  async function make(path: string, isSecond = false): Promise<void> {
    // One that is there may not be durable yet: another put may have made it a moment ago.
    if (path.startsWith(`${root}${sep}`)) await ensure(dirname(path))
    try {
      await calls.mkdir(path)
    } catch (error) {
      // Once: in places such as `/proc` there is no end to it.
      if (hasCode(error, 'ENOENT') && !isSecond) {
        // It may be remembered, and gone since.
        durable.delete(dirname(path))
        await ensure(dirname(path))
        return make(path, true)
      }
      if (!hasCode(error, 'EEXIST')) throw error
      // Another process may have made it a moment ago and not have synced it yet.
    }
    await sync(dirname(path))
  }

  async function sync(path: string): Promise<void> {
    try {
      await syncNames(path)
    } catch (error) {
      if (!hasCode(error, ...NOT_SYNCABLE)) throw error
      if (!isTold) onUnsynced(error)
      isTold = true
    }
  }

  async function syncNames(path: string): Promise<void> {
    const fd = await calls.openDirectory(path)
    try {
      await calls.fsync(fd)
    } finally {
      await calls.close(fd)
    }
  }
}
