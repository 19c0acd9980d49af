import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Log } from '../ports/log.ts'

/** What group and others may do. */
const OTHERS = 0o077
/** Not through a link: it may lead to a file of another program. A pipe does not wait for its other end. */
const AS_IT_IS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Takes the rights of others away from files and folders that are there. What belongs to somebody else,
 * or is a link, stays as it is: a warning names it.
 */
export async function keepToOwner(
  paths: readonly string[],
  log?: Pick<Log, 'warn'>,
): Promise<void> {
  // Windows knows other rights, and gives a folder those of the one above it.
  if (process.platform === 'win32') return
  for (const path of paths) {
    const problem = await closeToOthers(path)
    if (problem) log?.warn({ path }, `${problem}: see that nobody else can read it`)
  }
}

async function closeToOthers(path: string): Promise<string | undefined> {
  let file: FileHandle
  try {
    file = await open(path, AS_IT_IS)
  } catch (error) {
    return whyNotOpened(error)
  }
  try {
    const { mode, uid } = await file.stat()
    if ((mode & OTHERS) === 0) return undefined
    if (uid !== process.geteuid?.()) return 'Others may read it, and it belongs to another user'
    await file.chmod(mode & ~OTHERS & 0o7777)
    return undefined
  } catch {
    return 'Others may read it, and its rights cannot be changed'
  } finally {
    await file.close()
  }
}

function whyNotOpened(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return undefined
  return code === 'ELOOP' || code === 'EMLINK' ? 'It is a link' : 'Its rights cannot be looked at'
}
