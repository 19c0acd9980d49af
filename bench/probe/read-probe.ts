import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const IN_PROCESS = join(import.meta.dirname, 'in-process.mjs')

/** What a process has done since it was started. */
export interface Costs {
  /** Syncs of files, without those of SQLite. */
  syncs: number
  cpuMs: number
  /** How late its event loop was, at the 99th percentile, since the last `reset`. */
  delayP99Ms: number
}

/** A look into a process that is measured. */
export interface Probe {
  /** What Node needs in front of the program. */
  args: string[]
  env: NodeJS.ProcessEnv
  read(options?: { reset?: boolean }): Promise<Costs>
  close(): Promise<void>
}

/** Makes ready to look into one process, which is started with `args` and `env`. */
export function createProbe(): Probe {
  const file = join(tmpdir(), `wopikit-probe-${randomUUID()}`)
  return {
    args: ['--import', IN_PROCESS],
    env: { ...process.env, WOPIKIT_BENCH_PROBE: file },
    async read({ reset = false } = {}) {
      const port = await readFile(file, 'utf8')
      const reply = await fetch(`http://127.0.0.1:${port}/`, { method: reset ? 'POST' : 'GET' })
      return (await reply.json()) as Costs
    },
    close: () => rm(file, { force: true }),
  }
}
