import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { FROM_SOURCE } from '../helpers/wopikit-process.ts'
import type { Random } from './random.ts'

/** Longer than any save of the clients takes: one that a sweep overtakes twice is refused. */
const GARBAGE_DELAY = '8s'
/** From before the process has opened the data folder until after its end. */
const LIFE_MS = { shortest: 200, longest: 2500 }

/** Sweeps a data folder beside its server, from another process that is killed at a random moment. */
export interface KilledSweep {
  /** Begins, and does not wait. */
  start(random: Random): void
  /** Resolves when the process is gone. */
  ended(): Promise<void>
}

export function createKilledSweep(dataDir: string): KilledSweep {
  let running: Promise<void> = Promise.resolve()

  async function sweepUntilKilled(lifeMs: number): Promise<void> {
    const [program, ...before] = FROM_SOURCE
    const sweep = ['sweep', '--data', dataDir, '--garbage-delay', GARBAGE_DELAY]
    const child = spawn(program, [...before, ...sweep, '--history-states', '2'], {
      stdio: 'ignore',
    })
    const exited = once(child, 'exit')
    await Promise.race([exited, delay(lifeMs)])
    child.kill('SIGKILL')
    await exited
  }

  return {
    start(random) {
      running = sweepUntilKilled(random.between(LIFE_MS.shortest, LIFE_MS.longest))
    },
    ended: () => running,
  }
}
