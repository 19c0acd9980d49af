import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import type { UploadState } from '../client/upload-state.ts'

/** Remembers one upload between runs of the command. */
export interface UploadStateFile {
  readonly path: string
  /** `undefined` when there is nothing to go on with. */
  read(): Promise<UploadState | undefined>
  /** Keeps a state in place of the last one, at once or not at all; `undefined` removes it. */
  write(state: UploadState | undefined): Promise<void>
}

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700

/**
 * The state of uploading `file` to `wopiSrc`, in the user's state folder. It holds the session's
 * token, so nobody else may read it.
 */
export async function openUploadState(
  file: string,
  wopiSrc: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<UploadStateFile> {
  const name = createHash('sha256')
    .update(`${await realpath(file)}\n${wopiSrc}`)
    .digest('hex')
  const path = join(stateFolder(env), 'wopikit', 'uploads', `${name}.json`)
  return {
    path,
    read: () => readState(path),
    write: (state) => (state ? writeState(path, state) : rm(path, { force: true })),
  }
}

/** As the XDG Base Directory Specification has it, which ignores relative paths. */
function stateFolder(env: NodeJS.ProcessEnv): string {
  const folder = env.XDG_STATE_HOME
  return folder && isAbsolute(folder) ? folder : join(env.HOME || homedir(), '.local', 'state')
}

async function readState(path: string): Promise<UploadState | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  try {
    return text === undefined ? undefined : (JSON.parse(text) as UploadState)
  } catch {
    // Not ours, or damaged: as good as none.
    return undefined
  }
}

async function writeState(path: string, state: UploadState): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER })
  const beside = `${path}.${randomUUID()}`
  try {
    const file = await open(beside, 'wx', OWNER_ONLY_FILE)
    try {
      await file.writeFile(JSON.stringify(state))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
