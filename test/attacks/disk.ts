import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A small disk in memory, which is gone when it is disposed. */
export interface SmallDisk extends AsyncDisposable {
  folder: string
}

/** Mounts a disk of this size; the reason in words where this process may not. */
export async function mountSmallDisk(folder: string, mib: number): Promise<SmallDisk | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a small disk can be mounted by root on Linux only'
  await mkdir(folder, { recursive: true })
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder])
  } catch (error) {
    return `a small disk cannot be mounted: ${(error as Error).message}`
  }
  return {
    folder,
    async [Symbol.asyncDispose]() {
      await run('umount', [folder])
    },
  }
}
