import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` does not end in a
 * place such as `/proc`, where a folder can be read but none can be made.
 *
 * @param mode of the folders that are made
 * @throws Error of the file system
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  if (await isFolder(path)) return
  const above = dirname(path)
  if (above !== path) await makeFolder(above, mode)
  await mkdir(path, { mode }).catch(async (error) => {
    // Somebody else may have been faster.
    if (!(await isFolder(path))) throw error
  })
}

/** Tells whether a path is a folder, or a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  )
}
