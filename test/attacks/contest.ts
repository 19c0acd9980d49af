import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FROM_SOURCE, type ServerProcess, startServer } from '../helpers/wopikit-process.ts'
import type { AttackReport } from './assault.ts'
import type { Attack, Size } from './attack.ts'
import type { Order } from './client.ts'
import { mountSmallDisk } from './disk.ts'
import { type Figures, judge } from './figures.ts'
import { diskMb, watchServer } from './server-watch.ts'
import { openStage } from './stage.ts'
import { startVictim } from './victim.ts'

/** How an attack is run. */
export interface ContestOptions {
  size: Size
  /** In place of the time that the attack names, in seconds. */
  seconds?: number | undefined
  /** Bound of the server's heap, in MiB. */
  heapMib: number
  /** The compiled server instead of the source. */
  built: boolean
}

const SECONDS: Record<Size, number> = { full: 20, short: 3 }
/** How long the other user is watched before and after, in ms. */
const QUIET_MS: Record<Size, number> = { full: 3000, short: 500 }
const AFTERMATH_MS: Record<Size, number> = { full: 3000, short: 500 }
/** How much longer than its time an attacker may take to tell what it saw, in ms. */
const CLIENT_GRACE_MS = 20_000
/** When a server that does not stop is killed, in ms. */
const STOP_LIMIT_MS = 40_000
const BUILT = join(import.meta.dirname, '../../dist/cli/main.js')
const CLIENT = join(import.meta.dirname, 'client.ts')
const NO_SPREAD = { count: 0, failed: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN }

/** Runs one attack against a server of its own, while another user works there. */
export async function contest(attack: Attack, options: ContestOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-attack-'))
  try {
    const { diskMib } = attack.server ?? {}
    if (diskMib === undefined) return await contestIn(folder, attack, options)
    const disk = await mountSmallDisk(join(folder, 'disk'), diskMib)
    if (typeof disk === 'string') return skipped(attack, disk)
    await using mounted = disk
    return await contestIn(mounted.folder, attack, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function contestIn(
  folder: string,
  attack: Attack,
  options: ContestOptions,
): Promise<Figures> {
  const dataDir = join(folder, 'data')
  const { size } = options
  const { prepared, ticket } = await prepare(dataDir, attack, size)
  await using server = await start(dataDir, attack, options)
  const watch = watchServer(server.pid, server.metricsUrl)
  const victim = await startVictim(server.origin, ticket)
  await delay(QUIET_MS[size] / 2)
  const quietSince = performance.now()
  await delay(QUIET_MS[size])
  const quiet = victim.since(quietSince).look
  const attackedAt = performance.now()
  const seconds = options.seconds ?? (size === 'full' ? attack.seconds : undefined) ?? SECONDS[size]
  const { origin } = server
  const report = await sendClient({ name: attack.name, origin, dataDir, size, seconds, prepared })
  await delay(AFTERMATH_MS[size])
  await victim.stop()
  await watch.stop()
  const died = server.ended()
  const disk = await diskMb(dataDir)
  const stopMs = await stop(server)
  const { name, title } = attack
  const others = victim.since(attackedAt)
  const base = { attack: name, title, quiet, others, ...watch.usage, diskMb: disk, stopMs }
  const measured = { ...base, ...report, ...(died !== undefined && { died }) }
  const exceeded = [...report.exceeded, ...judge(measured, size, attack.server)]
  return { ...measured, exceeded }
}

async function prepare(dataDir: string, attack: Attack, size: Size) {
  await using stage = await openStage(dataDir, size)
  const ticket = await stage.document('victim', new Uint8Array(1000))
  return { ticket, prepared: await attack.prepare(stage) }
}

async function start(
  dataDir: string,
  { server: needs = {} }: Attack,
  { heapMib, built }: ContestOptions,
): Promise<ServerProcess> {
  const [node, source = ''] = FROM_SOURCE
  const command = [node, `--max-old-space-size=${heapMib}`, built ? BUILT : source] as const
  const server = await startServer({
    dataDir,
    command,
    args: ['--metrics-port', '0', ...(needs.args ?? [])],
  })
  if (needs.unreadLog) server.stopReading()
  return server
}

/** Runs the attacker in a process of its own and waits for its end. */
function sendClient(order: Order): Promise<AttackReport> {
  const child = fork(CLIENT, { serialization: 'advanced' })
  let report: AttackReport = { answers: {}, notes: [], exceeded: ['the attacker told nothing'] }
  child.on('message', (told: AttackReport) => {
    report = told
  })
  child.send(order)
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), order.seconds * 1000 + CLIENT_GRACE_MS)
    child.once('exit', () => {
      clearTimeout(limit)
      resolve(report)
    })
  })
}

async function stop(server: ServerProcess): Promise<number> {
  const askedAt = performance.now()
  const limit = setTimeout(() => void server.end('SIGKILL'), STOP_LIMIT_MS)
  await server.end('SIGTERM')
  clearTimeout(limit)
  return performance.now() - askedAt
}

function skipped({ name, title }: Attack, reason: string): Figures {
  return {
    attack: name,
    title,
    skipped: reason,
    quiet: NO_SPREAD,
    others: { look: NO_SPREAD, save: NO_SPREAD, sync: NO_SPREAD },
    peakMemoryMb: undefined,
    cpuSeconds: undefined,
    eventLoopDelayMs: undefined,
    diskMb: Number.NaN,
    stopMs: Number.NaN,
    answers: {},
    notes: [],
    exceeded: [],
  }
}
