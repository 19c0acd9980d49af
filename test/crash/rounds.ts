import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionLostError, createRawClient, type RawClient } from '../helpers/raw-wire.ts'
import {
  addDocument,
  issueToken,
  type ServerProcess,
  spawnServer,
  startServer,
  wopikit,
} from '../helpers/wopikit-process.ts'
import { createCoauthWriter } from './coauth-writer.ts'
import { wholeContent } from './content.ts'
import { createDocumentClient } from './document-client.ts'
import { createLedger } from './ledger.ts'
import type { Random } from './random.ts'
import { createSessionWriter } from './session-writer.ts'
import type { Writer } from './writer.ts'

/** Coauthoring on every document; Office's services are not needed for its locks. */
const COAUTH = [
  ...['--coauth', '*'],
  ...['--ocs-url', 'https://ocs.example', '--rtc-url', 'https://rtc.example'],
]
const OWN_DOCUMENTS = 4
const COAUTHORS = 3
/** A document begins at this number. */
const FIRST_SEQUENCE_NUMBER = 1
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
export async function runRounds(options: {
  kills: number
  dataDir: string
  random: Random
  report: (line: string) => void
}): Promise<CrashRun> {
  const { kills, dataDir, random, report } = options
  let wire: RawClient | undefined
  const currentWire = () => {
    if (!wire) throw new ConnectionLostError('no server runs')
    return wire
  }
  const writers = await createWriters(dataDir, random, currentWire)
  let killed = 0
  let steps = 0
  while (killed < kills) {
    if (random.chance(KILL_AT_START)) {
      await killAtStart(dataDir, random)
      killed += 1
    }
    await using server = await startServer({ dataDir, args: COAUTH })
    wire = createRawClient(server.origin)
    await checkEverything(writers, dataDir)
    steps += await workUntilKilled(writers, server, random)
    wire.close()
    killed += 1
    report(`${killed} of ${kills} kills, ${steps} steps`)
  }
  await using server = await startServer({ dataDir, args: COAUTH })
  wire = createRawClient(server.origin)
  await checkEverything(writers, dataDir)
  wire.close()
  await server.end('SIGTERM')
  return { kills: killed, steps }
}

async function createWriters(
  dataDir: string,
  random: Random,
  wire: () => RawClient,
): Promise<Writer[]> {
  const own: Writer[] = []
  for (let index = 0; index < OWN_DOCUMENTS; index += 1) {
    const { ticket, ledger } = await createDocument(dataDir, random, `own${index}`)
    const client = createDocumentClient({ wire, ticket, ledger })
    own.push(createSessionWriter(client, random.fork(), `lock of own${index}`))
  }
  const { ticket, ledger } = await createDocument(dataDir, random, 'shared')
  const shared: Writer[] = []
  for (let index = 0; index < COAUTHORS; index += 1) {
    const userId = `coauthor${index}`
    const token = await issueToken({ fileId: ticket.fileId, dataDir, userId })
    const client = createDocumentClient({ wire, ticket: { ...ticket, token }, ledger })
    shared.push(createCoauthWriter(client, random.fork(), userId))
  }
  return [...own, ...shared]
}

async function createDocument(dataDir: string, random: Random, name: string) {
  const content = wholeContent(random)
  const folder = join(dataDir, '..', 'sources')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}.bin`)
  await writeFile(file, content.bytes)
  const ticket = await addDocument({ file, dataDir, userId: name })
  return { ticket, ledger: createLedger(name, FIRST_SEQUENCE_NUMBER, content) }
}

async function killAtStart(dataDir: string, random: Random): Promise<void> {
  const { child } = spawnServer({ dataDir, args: COAUTH })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await delay(random.between(START_MS.shortest, START_MS.longest))
  child.kill('SIGKILL')
  await ended
}

async function checkEverything(writers: readonly Writer[], dataDir: string): Promise<void> {
  for (const writer of writers) await writer.recover()
  await wopikit(['verify', '--data', dataDir])
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
