import { basename } from 'node:path'
import { type SystemCalls, systemCalls } from '../../src/stores/blobs/file/system-calls.ts'

/** A name that does not change with random parts. */
function nameOf(path: string): string {
  if (path.endsWith('.packs')) return 'pack file'
  return path.includes('.tmp') && !path.endsWith('.tmp') ? 'temporary file' : basename(path)
}

/** System calls that note what was called, and how many descriptors are open. */
export function watchedCalls(changes: Partial<SystemCalls> = {}) {
  const log: string[] = []
  const names = new Map<number, string>()
  const calls: SystemCalls = {
    ...systemCalls,
    async open(path, flags) {
      const fd = await systemCalls.open(path, flags)
      const name = nameOf(path)
      names.set(fd, name)
      log.push(`open ${name}`)
      return fd
    },
    async reopen(path) {
      const fd = await systemCalls.reopen(path)
      names.set(fd, 'pack file')
      log.push('reopen pack file')
      return fd
    },
    async openDirectory(path) {
      const fd = await systemCalls.openDirectory(path)
      names.set(fd, basename(path))
      log.push(`open ${basename(path)}`)
      return fd
    },
    async close(fd) {
      await systemCalls.close(fd)
      names.delete(fd)
    },
    async write(fd, slices, position) {
      const count = await systemCalls.write(fd, slices, position)
      log.push(`write ${names.get(fd)}`)
      return count
    },
    async fdatasync(fd) {
      await systemCalls.fdatasync(fd)
      log.push(`fdatasync ${names.get(fd)}`)
    },
    async fsync(fd) {
      await systemCalls.fsync(fd)
      log.push(`fsync ${names.get(fd)}`)
    },
    async link(from, to) {
      await systemCalls.link(from, to)
      log.push(`link ${basename(to)}`)
    },
    async mkdir(path) {
      await systemCalls.mkdir(path)
      log.push(`mkdir ${basename(path)}`)
    },
    ...changes,
  }
  return { calls, log, openCount: () => names.size }
}
