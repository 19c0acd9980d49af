import { createHash } from 'node:crypto'
import { readFile, realpath, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import type { UploadState } from '../client/upload-state.ts'
import { makeFolder } from '../server/make-folder.ts'
import { openOutput } from './output.ts'

/** Remembers one upload between runs of the command. An upload also works without it. */
export interface UploadMemory {
  /** Whether a later run can continue this one. */
  readonly works: boolean
  /** `undefined` when there is nothing to continue. */
  read(): Promise<UploadState | undefined>
  /** Replaces the last state, atomically; `undefined` removes it. */
  write(state: UploadState | undefined): Promise<void>
}

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700

/**
 * Remembers the upload of `file` to `wopiSrc` in the user's state folder. The state holds the
 * session's token, so only the user may read it.
 *
 * @param options.onFailure called once, with the reason, when the state cannot be stored
 */
export function createUploadMemory(
  file: string,
  wopiSrc: string,
  { env, onFailure }: { env: NodeJS.ProcessEnv; onFailure: (reason: string) => void },
): UploadMemory {
  let works = true

  async function attempt<T>(work: (path: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await work(await statePath(file, wopiSrc, env))
    } catch (error) {
      if (works) onFailure(error instanceof Error ? error.message : String(error))
      works = false
      return undefined
    }
  }

  return {
    get works() {
      return works
    },
    read: () => attempt(readState),
    async write(state) {
      if (state !== undefined)
        return works ? await attempt((path) => writeState(path, state)) : undefined
      // The next run notices that a leftover state is outdated.
      await statePath(file, wopiSrc, env)
        .then((path) => rm(path, { force: true }))
        .catch(() => undefined)
    },
  }
}

async function statePath(file: string, wopiSrc: string, env: NodeJS.ProcessEnv): Promise<string> {
  const name = createHash('sha256')
    .update(`${await realpath(file)}\n${wopiSrc}`)
    .digest('hex')
  return join(stateFolder(env), 'wopikit', 'uploads', `${name}.json`)
}

/** As in the XDG Base Directory Specification, which ignores relative paths. */
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
    // The file is damaged, or holds something else: the same as no state.
    return undefined
  }
}

async function writeState(path: string, state: UploadState): Promise<void> {
  await makeFolder(dirname(path), OWNER_ONLY_FOLDER)
  await using output = await openOutput(path, { mode: OWNER_ONLY_FILE })
  await output.file.writeFile(JSON.stringify(state))
  await output.commit()
}
