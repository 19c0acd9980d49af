import type { ChildProcess } from 'node:child_process'
import type { RawClient } from '../helpers/raw-wire.ts'
import type { ServerProcess } from '../helpers/wopikit-process.ts'
import type { Random } from './random.ts'
import type { Writer } from './writer.ts'

/** What is killed, and by whom it is used meanwhile. */
export interface Scene {
  /** Starts it and waits until it answers. */
  start(): Promise<ServerProcess>
  /** Starts it without waiting, to be killed at once. */
  spawn(): { child: ChildProcess }
  /** Called once; `wire` is the way to whatever process runs then. */
  createWriters(random: Random, wire: () => RawClient): Promise<Writer[]>
  /** Checks what is stored, after every start. */
  check(): Promise<void>
  /** Checks what is left, when the last process has ended in peace. */
  finish(): Promise<void>
}
