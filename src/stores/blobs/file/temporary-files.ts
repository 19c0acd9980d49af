import { createHash, randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { hasCode, type SystemCalls } from './system-calls.ts'

/** After this time without a write nobody can be writing any more, in ms. */
const ABANDONED_MS = 24 * 60 * 60 * 1000
/** File times may be coarser than the clock, by this many ms. */
const CLOCK_SLACK_MS = 2000
const NAME = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/

/** A name that tells the machine and the process that writes, and is used once. */
export function temporaryName(): string {
  return `${machine()}-${process.pid}-${randomBytes(8).toString('hex')}`
}

/** Removes the temporary files of processes that are gone. */
export async function removeAbandoned(
  calls: SystemCalls,
  directory: string,
  now: number,
): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name)
    try {
      if (isAbandoned(name, (await stat(path)).mtimeMs, now)) await calls.unlink(path)
    } catch (error) {
      // It was published or removed meanwhile.
      if (!hasCode(error, 'ENOENT')) throw error
    }
  }
}

/**
 * Process ids say something about this machine only (a container is one too), and a restarted
 * container often gets the id of its predecessor. Of other machines only the time tells.
 */
function isAbandoned(name: string, modifiedAt: number, now: number): boolean {
  if (now - modifiedAt > ABANDONED_MS) return true
  const [, machineOfFile, pid] = NAME.exec(name) ?? []
  if (machineOfFile !== machine()) return false
  if (Number(pid) !== process.pid) return !isRunning(Number(pid))
  const startedAt = Date.now() - process.uptime() * 1000
  return modifiedAt < startedAt - CLOCK_SLACK_MS
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}

function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
}
