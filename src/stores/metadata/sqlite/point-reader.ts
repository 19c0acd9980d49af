import type { CommandName, Commands } from '../commands.ts'
import { type Database, isBusy, openDatabase } from './database.ts'
import { documentCommands } from './documents.ts'
import { sessionCommands } from './sessions.ts'

/** Reads of a few rows by their key, which every request makes. */
const POINT_READS = ['readDocument', 'readSession', 'readManifest'] as const

type PointRead = (typeof POINT_READS)[number]

/** A connection of the calling thread, for reads that are over sooner than a message to another. */
export interface PointReader {
  /**
   * The answer of a command, or `undefined` when it is not one for here, or would have to wait.
   *
   * @throws what the database throws
   */
  read(name: CommandName, now: number, input: unknown[]): { value: unknown } | undefined
  close(): void
}

/**
 * Opens a connection that reads and never waits: readers of a write-ahead log are not held up by
 * writers, and the rare moments in which they would be are left to a thread that may wait.
 *
 * @returns `undefined` in such a moment; it can be tried again
 */
export function openPointReader(path: string): PointReader | undefined {
  const db = openUnlessBusy(path)
  if (!db) return undefined
  const commands = pointCommands(db)

  return {
    read(name, now, input) {
      if (!isPointRead(name)) return undefined
      const run = commands[name] as (now: number, ...input: unknown[]) => unknown
      try {
        return { value: run(now, ...input) }
      } catch (error) {
        if (isBusy(error)) return undefined
        throw error
      }
    },
    close: () => db.close(),
  }
}

function openUnlessBusy(path: string): Database | undefined {
  try {
    return openDatabase({ path, busyTimeoutMs: 0, readOnly: true })
  } catch (error) {
    if (isBusy(error)) return undefined
    throw error
  }
}

function pointCommands(db: Database): Commands<PointRead> {
  const { readDocument, readManifest } = documentCommands(db)
  const { readSession } = sessionCommands(db)
  return { readDocument, readManifest, readSession }
}

function isPointRead(name: CommandName): name is PointRead {
  return (POINT_READS as readonly CommandName[]).includes(name)
}
