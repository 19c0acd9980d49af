import * as fs from 'node:fs'
import { promisify } from 'node:util'

/**
 * The system calls that storing and reading blobs is made of, replaceable in tests. File
 * descriptors instead of FileHandles: half the work for each call, and nothing that a garbage
 * collector closes.
 */
export interface SystemCalls {
  open(path: string, flags: 'r' | 'r+' | 'wx'): Promise<number>
  /** Opens a file for writing that was written a moment ago. */
  reopen(path: string): Promise<number>
  /** Opens a directory that was used a moment ago. */
  openDirectory(path: string): Promise<number>
  close(fd: number): Promise<void>
  /** Resolves to the number of bytes read; 0 at the end. */
  read(fd: number, buffer: Uint8Array, start: number, position: number): Promise<number>
  /** Writes from `position` on, or where the last call ended. Resolves to the number of bytes written. */
  write(fd: number, slices: Uint8Array[], position?: number): Promise<number>
  /** In bytes. */
  size(fd: number): Promise<number>
  /** Whether an open file still has a name. */
  isLinked(fd: number): Promise<boolean>
  fdatasync(fd: number): Promise<void>
  fsync(fd: number): Promise<void>
  link(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  mkdir(path: string): Promise<void>
  /** Free space that this process may use, in bytes. */
  freeBytes(path: string): Promise<number>
}

/** What is stored is nobody else's. */
const OWNER_ONLY = 0o700

/** Rights of new files. */
const OWNER_FILE = 0o600

const open = promisify(fs.open)
const mkdir = promisify(fs.mkdir)
const statfs = promisify(fs.statfs)

export const systemCalls: SystemCalls = {
  // What is in memory already is not worth a message to another thread, which takes ten times as
  // long: a directory or a file in use, the size of an open one, and closing what was synced or only read.
  open: (path, flags) => open(path, flags, OWNER_FILE),
  reopen: async (path) => fs.openSync(path, 'r+'),
  openDirectory: async (path) => fs.openSync(path, 'r'),
  close: async (fd) => fs.closeSync(fd),
  read: (fd, buffer, start, position) =>
    new Promise((resolve, reject) => {
      fs.read(fd, buffer, start, buffer.length - start, position, (error, bytesRead) => {
        if (error) reject(error)
        else resolve(bytesRead)
      })
    }),
  write: (fd, slices, position) =>
    new Promise((resolve, reject) => {
      fs.writev(fd, slices, position ?? null, (error, bytesWritten) => {
        if (error) reject(error)
        else resolve(bytesWritten)
      })
    }),
  size: async (fd) => fs.fstatSync(fd).size,
  isLinked: async (fd) => fs.fstatSync(fd).nlink > 0,
  fdatasync: promisify(fs.fdatasync),
  fsync: promisify(fs.fsync),
  link: promisify(fs.link),
  unlink: promisify(fs.unlink),
  mkdir: async (path) => void (await mkdir(path, { mode: OWNER_ONLY })),
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
}

/** Whether a system call failed for this reason, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as { code?: string } | null)?.code ?? '')
}
