import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and the missing folders above it. Node's own `recursive` never returns in places
 * such as `/proc`, where folders can be read but not made.
 *
 * @param mode the permissions of new folders
 * @throws Error of the file system
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  if (await isFolder(path)) return
  const above = dirname(path)
  if (above !== path) await makeFolder(above, mode)
  await mkdir(path, { mode }).catch(async (error) => {
    // Another process may have been faster.
    if (!(await isFolder(path))) throw error
  })
}

/** Whether a path is a folder, or a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  )
}
