import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionLostError, createRawClient, type RawClient } from '../helpers/raw-wire.ts'
import type { ServerProcess } from '../helpers/wopikit-process.ts'
import type { Random } from './random.ts'
import type { Scene } from './scene.ts'
import type { Writer } from './writer.ts'

const LOAD_MS = { shortest: 20, longest: 600 }
/** How often a server is killed while it starts, too. */
const KILL_AT_START = 0.15
const START_MS = { shortest: 1, longest: 400 }

export interface CrashRun {
  kills: number
  /** Things that clients did in all, answered or not. */
  steps: number
}

/**
 * Kills a server under load again and again, and checks after every start that nothing
 * acknowledged is lost.
 *
 * @throws BrokenPromiseError at the first thing that is
 */
export async function runRounds(
  scene: Scene,
  options: { kills: number; random: Random; report: (line: string) => void },
): Promise<CrashRun> {
  const { kills, random, report } = options
  let wire: RawClient | undefined
  const currentWire = () => {
    if (!wire) throw new ConnectionLostError('no server runs')
    return wire
  }
  const writers = await scene.createWriters(random, currentWire)
  let killed = 0
  let steps = 0
  while (killed < kills) {
    if (random.chance(KILL_AT_START)) {
      await killAtStart(scene, random)
      killed += 1
    }
    await using server = await scene.start()
    wire = createRawClient(server.origin)
    await checkEverything(writers, scene)
    steps += await workUntilKilled(writers, server, random)
    wire.close()
    killed += 1
    report(`${killed} of ${kills} kills, ${steps} steps`)
  }
  await using server = await scene.start()
  wire = createRawClient(server.origin)
  await checkEverything(writers, scene)
  wire.close()
  await server.end('SIGTERM')
  await scene.finish()
  return { kills: killed, steps }
}

async function killAtStart(scene: Scene, random: Random): Promise<void> {
  const { child } = scene.spawn()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await delay(random.between(START_MS.shortest, START_MS.longest))
  child.kill('SIGKILL')
  await ended
}

async function checkEverything(writers: readonly Writer[], scene: Scene): Promise<void> {
  for (const writer of writers) await writer.recover()
  await scene.check()
}

/** @returns how many steps the writers took */
async function workUntilKilled(
  writers: readonly Writer[],
  server: ServerProcess,
  random: Random,
): Promise<number> {
  let killed = false
  const work = Promise.all(writers.map((writer) => workUntilLost(writer, () => killed)))
  const time = delay(random.between(LOAD_MS.shortest, LOAD_MS.longest))
  // A promise that is broken under load ends the wait at once.
  await Promise.race([time, work])
  killed = true
  await server.end('SIGKILL')
  const steps = await work
  return steps.reduce((sum, count) => sum + count, 0)
}

async function workUntilLost(writer: Writer, wasKilled: () => boolean): Promise<number> {
  for (let steps = 1; ; steps += 1) {
    try {
      await writer.step()
    } catch (error) {
      if (error instanceof ConnectionLostError && wasKilled()) return steps
      throw error
    }
  }
}
