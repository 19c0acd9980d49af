import { randomUUID } from 'node:crypto'
import { fstatSync, type Stats } from 'node:fs'
import {
  type FileHandle,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pour } from './pour.ts'
import { UsageError } from './transfer.ts'

/** The output of a command, at a path that the user chose: anything may already exist there. */
export interface Output extends AsyncDisposable {
  /** The path, as messages show it. */
  readonly path: string
  /** Whether it is the standard output, to which the command must then print nothing else. */
  readonly isStdout: boolean
  /** Writes bytes in any order; nobody sees them before `commit`. */
  readonly file: FileHandle
  /**
   * Puts everything in its place. It replaces a file in one step, by one that is complete and
   * durable. Disposing without it leaves everything as it was.
   *
   * @throws Error that says what is wrong with the path; the reason of `signal`
   */
  commit(signal?: AbortSignal): Promise<void>
}

export interface OutputOptions {
  /** What the user can do when something exists already; without it, a file is replaced. */
  ifTaken?: string
  /** Permissions of a new file (default: what the umask leaves of 0666). */
  mode?: number
}

const STDOUT = 1
/** Longest chain of symbolic links to follow, as in Linux. */
const LINKS_MAX = 40
const OWNER_ONLY = 0o600
const EVERYBODY = 0o666

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'what should be its folder is a file',
  ENOSPC: 'there is no room on the disk',
  EDQUOT: 'the quota of this user is used up',
  ENAMETOOLONG: 'the name is too long for this disk',
  ELOOP: 'its symbolic links lead in a circle',
  EEXIST: 'it exists already',
  EBUSY: 'it is in use, or mounted by itself, and cannot be replaced',
  EPIPE: 'its reader has gone',
}

/**
 * Opens the output of a command. It follows symbolic links. It replaces a file, and keeps mode and
 * owner where possible. It writes to FIFOs and character devices in one go.
 *
 * @throws UsageError when the path is a folder, a socket or a block device, or cannot be written
 */
export async function openOutput(path: string, options: OutputOptions = {}): Promise<Output> {
  try {
    const there = await find(path, options)
    if (there === undefined) return await openBeside(await followLinks(path), undefined, options)
    if (isStdout(there)) return await openStaged(path, { there, descriptor: STDOUT })
    const problem = whyNot(there)
    if (problem !== undefined) throw new UsageError(`${path} cannot be written: ${problem}.`)
    const place = there.isFile() ? await followLinks(path) : undefined
    if (place !== undefined && (await isSame(place, there)))
      return await openBeside(place, there, options)
    return await openStaged(path, { there })
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(unwritable(path, error).message)
  }
}

/** A failure to write, as a message. */
function unwritable(path: string, cause: unknown): Error {
  const { code = '', message } = cause as NodeJS.ErrnoException
  const reason = REASONS[code]
  const words = reason === undefined ? message : `${reason} (${code})`
  return new Error(`${path} cannot be written: ${words}.`, { cause })
}

async function find(path: string, { ifTaken }: OutputOptions): Promise<Stats | undefined> {
  const there = await (ifTaken === undefined ? stat : lstat)(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (there && ifTaken !== undefined) throw new UsageError(`${path} exists already. ${ifTaken}`)
  return there
}

function whyNot(there: Stats): string | undefined {
  if (there.isDirectory()) return 'it is a folder; name a file in it'
  if (there.isSocket()) return 'it is a socket'
  if (there.isBlockDevice()) return 'it is a disk'
  return undefined
}

/**
 * Whether this is the target of the standard output. A device does not count: other output may go
 * there, too.
 */
function isStdout(there: Stats): boolean {
  if (process.platform === 'win32' || there.isCharacterDevice()) return false
  const { dev, ino } = fstatSync(STDOUT)
  return there.dev === dev && there.ino === ino
}

/** Whether a path leads to this file; no path leads to an open file that was deleted. */
async function isSame(path: string, there: Stats): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.dev === there.dev && found.ino === there.ino
}

/** The target of symbolic links, also when it does not exist. */
async function followLinks(path: string): Promise<string> {
  let place = path
  for (let links = 0; links < LINKS_MAX; links++) {
    const target = await readlink(place).catch(() => undefined)
    if (target === undefined) return place
    place = resolve(await realpath(dirname(place)), target)
  }
  throw Object.assign(new Error('Too many symbolic links'), { code: 'ELOOP' })
}

/** Writes a file beside `path`, which replaces it when complete. */
async function openBeside(
  path: string,
  there: Stats | undefined,
  { ifTaken, mode = EVERYBODY }: OutputOptions,
): Promise<Output> {
  const beside = join(dirname(path), `.wopikit-${randomUUID()}.part`)
  const file = await open(beside, 'wx', there ? OWNER_ONLY : mode)
  let moved = false

  async function commit(): Promise<void> {
    if (there) await keepOwnership(file, there)
    await file.sync()
    await file.close()
    // Claims the name exclusively: a rename would replace a file that appeared meanwhile.
    if (ifTaken !== undefined) await (await open(path, 'wx')).close()
    await rename(beside, path)
    moved = true
    await syncFolder(dirname(path))
  }

  return {
    path,
    isStdout: false,
    file,
    commit: () =>
      commit().catch((error) => {
        throw unwritable(path, error)
      }),
    async [Symbol.asyncDispose]() {
      await file.close()
      if (!moved) await rm(beside, { force: true })
    },
  }
}

/** Writes a file elsewhere, and pours it out when it is complete. */
async function openStaged(
  path: string,
  target: { there: Stats; descriptor?: number },
): Promise<Output> {
  const stage = join(tmpdir(), `wopikit-${randomUUID()}.part`)
  const file = await open(stage, 'wx+', OWNER_ONLY)
  return {
    path,
    isStdout: target.descriptor === STDOUT,
    file,
    async commit(signal) {
      await pour(file, { path, ...target }, signal).catch((error) => {
        signal?.throwIfAborted()
        throw unwritable(path, error)
      })
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await rm(stage, { force: true })
    },
  }
}

/**
 * Gives a new file the mode and the owner of the old one, where possible. Nobody gets more rights
 * on the new file than on the old one.
 */
async function keepOwnership(file: FileHandle, there: Stats): Promise<void> {
  const mode = await ownedMode(file, there)
  // A disk without permissions refuses; the file then stays the user's own.
  await file.chmod(mode).catch(() => undefined)
}

async function ownedMode(file: FileHandle, { uid, gid, mode }: Stats): Promise<number> {
  const own = await file.stat()
  const taken = (user: number, group: number) =>
    (own.uid === user && own.gid === group) ||
    file.chown(user, group).then(
      () => true,
      () => false,
    )
  if (await taken(uid, gid)) return mode & 0o7777
  if (await taken(own.uid, gid)) return mode & 0o777
  // The group is another one than before: it gets no more rights than everybody has.
  return (mode & 0o707) | (mode & ((mode & 0o007) << 3))
}

/** Makes a rename durable; systems that cannot open a folder do so by themselves. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}
