import { allCommands } from '../sql/all-commands.ts'
import type { CommandName } from '../sql/commands.ts'
import { isBusy, openDatabase, type SqliteDatabase } from './database.ts'

/**
 * Reads of a few rows by their key, which requests make all the time. Each is one statement: two of
 * them would not see one consistent picture.
 */
const POINT_READS = [
  'readDocument',
  'readSession',
  'readManifest',
  'readContainer',
  'listAncestors',
  'findChild',
  'readUserInfo',
  'readRevokedUntil',
  'readEpoch',
] as const

type PointRead = (typeof POINT_READS)[number]

/** A connection of the calling thread, for reads that take less time than a message to another. */
export interface PointReader {
  /**
   * The answer of a command, or `undefined` when it is no point read, or would have to wait.
   *
   * @throws what the database rejects with
   */
  read(name: CommandName, now: number, input: unknown[]): Promise<{ value: unknown } | undefined>
  close(): void
}

/**
 * Opens a connection that reads and never waits. Readers of a write-ahead log seldom wait for
 * writers; when they would, a thread that may wait takes over.
 *
 * @returns `undefined` when it would have to wait; the caller can try again
 */
export function openPointReader(path: string): PointReader | undefined {
  const db = openUnlessBusy(path)
  if (!db) return undefined
  const commands = allCommands(db)

  return {
    async read(name, now, input) {
      if (!isPointRead(name)) return undefined
      const run = commands[name] as (now: number, ...input: unknown[]) => Promise<unknown>
      try {
        return { value: await run(now, ...input) }
      } catch (error) {
        if (isBusy(error)) return undefined
        throw error
      }
    },
    close: () => db.close(),
  }
}

function openUnlessBusy(path: string): SqliteDatabase | undefined {
  try {
    return openDatabase({ path, busyTimeoutMs: 0, readOnly: true })
  } catch (error) {
    if (isBusy(error)) return undefined
    throw error
  }
}

function isPointRead(name: CommandName): name is PointRead {
  return (POINT_READS as readonly CommandName[]).includes(name)
}
