import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** What is in a database is nobody else's. */
const OWNER_ONLY = 0o700

/**
 * Makes the folder of a file, and those above it that are missing; for a thread that may wait. Node's
 * own `recursive` does not end in a place such as `/proc`.
 *
 * @throws Error of the file system
 */
export function makeFolderOf(file: string): void {
  const folder = dirname(file)
  if (isFolder(folder)) return
  if (dirname(folder) !== folder) makeFolderOf(folder)
  try {
    mkdirSync(folder, { mode: OWNER_ONLY })
  } catch (error) {
    // Somebody else may have been faster.
    if (!isFolder(folder)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
