import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommandLine, startServer } from '../test/helpers/wopikit-process.ts'
import { type Costs, createProbe } from './probe/read-probe.ts'

const FLOORS = join(import.meta.dirname, 'floors')
/** What is measured is what is published: compiled, so that Node need not strip types first. */
const PUBLISHED = join(import.meta.dirname, '../dist/cli/main.js')
/** Coauthoring is on, as it is for Plus clients; the floors write no log either. */
const SETTINGS = [
  ...['--log-level', 'warn', '--coauth', '*'],
  ...['--ocs-url', 'https://ocs.example', '--rtc-url', 'https://rtc.example'],
]
const KIB = 1024
const MB = 1_000_000

/** A server under measurement, in a process and a folder of its own. */
export interface Target extends AsyncDisposable {
  readonly origin: string
  readonly folder: string
  /** The most memory that it has had resident so far, in MB (10^6); NaN where nobody can tell. */
  peakMemory(): Promise<number>
  /** What it has cost so far; `reset` starts the measurement of its event loop anew. */
  costs(options?: { reset?: boolean }): Promise<Costs>
}

/** Starts one of the programs under `floors/`, which print their origin as their first line. */
export async function startFloor(
  program: string,
  parent: string,
  ...args: string[]
): Promise<Target> {
  const folder = await mkdtemp(join(parent, 'floor-'))
  const probe = createProbe()
  const child = spawn(process.execPath, [...probe.args, join(FLOORS, program), folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: probe.env,
  })
  const origin = await firstLine(child, program)
  return {
    origin,
    folder,
    peakMemory: () => peakMemory(child.pid),
    costs: probe.read,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await probe.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function firstLine(child: ChildProcess, program: string): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += chunk
    if (text.includes('\n')) return text.trim()
  }
  throw new Error(`${program} ended before it named its origin`)
}

/** Starts wopikit on a data directory, which is kept afterwards. */
export async function startWopikit(dataDir: string): Promise<Target> {
  await mkdir(dataDir, { recursive: true })
  const probe = createProbe()
  const command: CommandLine = [process.execPath, ...probe.args, PUBLISHED]
  const server = await startServer({ dataDir, command, env: probe.env, args: SETTINGS })
  return {
    origin: server.origin,
    folder: dataDir,
    peakMemory: () => peakMemory(server.pid),
    costs: probe.read,
    async [Symbol.asyncDispose]() {
      await server.end('SIGKILL')
      await probe.close()
    },
  }
}

async function peakMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kib = /VmHWM:\s+(\d+) kB/.exec(status)?.[1]
  return kib ? (Number(kib) * KIB) / MB : Number.NaN
}
