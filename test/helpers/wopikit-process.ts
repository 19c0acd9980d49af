import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'

const START_LIMIT_MS = 20_000
const OUTPUT_KEPT_CHARS = 20_000
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** How to call the command: the program and the arguments in front of its own. */
export type CommandLine = readonly [program: string, ...args: string[]]

/** The command of this repository, run by the Node that runs this test. */
export const FROM_SOURCE: CommandLine = [process.execPath, MAIN]

/** A `wopikit serve` that runs as a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  /** Scheme, host and port. */
  readonly origin: string
  /** Where it tells metrics; left out when it does not. */
  readonly metricsUrl: string | undefined
  readonly pid: number
  /** How long it took until it named its address, in ms. */
  readonly startedInMs: number
  /** The end of what it has printed. */
  output(): string
  /** Reads nothing more of what it prints, as a log reader that hangs. */
  stopReading(): void
  /** The exit code or signal with which it has ended; left out while it runs. */
  ended(): string | undefined
  /** Sends a signal and waits for the end of the process. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

export interface ServeOptions {
  dataDir: string
  /** What makes the command serve (default: `wopikit serve`); it prints its address as JSON. */
  serve?: readonly string[]
  command?: CommandLine
  cwd?: string
  env?: NodeJS.ProcessEnv
  args?: readonly string[]
}

/** Starts a server on a free port of the loopback interface and waits for its address. */
export async function startServer(options: ServeOptions): Promise<ServerProcess> {
  const startedAt = performance.now()
  const { child, output } = spawnServer(options)
  const origin = await readOrigin(child, output)
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    origin,
    metricsUrl: /"metricsUrl":"([^"]+)"/.exec(output())?.[1],
    pid: child.pid ?? 0,
    startedInMs: performance.now() - startedAt,
    output,
    stopReading() {
      child.stdout?.pause()
      child.stderr?.pause()
    },
    ended: () => (child.signalCode ?? child.exitCode ?? undefined)?.toString(),
    end,
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  }
}

/** Starts a server without waiting for it; `output` grows while it runs. */
export function spawnServer(options: ServeOptions): { child: ChildProcess; output(): string } {
  const [program, ...before] = options.command ?? FROM_SOURCE
  const serve = options.serve ?? ['serve', '--json', '--host', '127.0.0.1']
  const own = [...serve, '--port', '0', '--data', options.dataDir]
  const child = spawn(program, [...before, ...own, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: options.env ?? process.env,
  })
  let text = ''
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-OUTPUT_KEPT_CHARS)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return { child, output: () => text }
}

function readOrigin(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`wopikit serve ${reason}:\n${output()}`))
    }
    const timer = setTimeout(fail, START_LIMIT_MS, `named no address in ${START_LIMIT_MS} ms`)
    child.once('error', (error) => fail(`cannot be started (${error.message})`))
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`))
    const look = () => {
      const origin = /^\{"url":"(http:[^"]+)"/m.exec(output())?.[1]
      if (!origin) return
      clearTimeout(timer)
      resolve(origin)
    }
    child.stdout?.on('data', look)
  })
}

/**
 * Runs a command with `--json` and returns what it prints, read.
 *
 * @throws when it exits with anything but 0; the message holds all that it printed
 */
export async function wopikit(
  args: readonly string[],
  options: { command?: CommandLine; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Record<string, unknown>> {
  const [program, ...before] = options.command ?? FROM_SOURCE
  const { stdout } = await promisify(execFile)(program, [...before, ...args, '--json'], {
    cwd: options.cwd,
    env: options.env ?? process.env,
  }).catch((error) => {
    throw new Error(`wopikit ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`)
  })
  return JSON.parse(stdout)
}

/** A document in a data directory, and a token to write it. */
export interface Ticket {
  fileId: string
  token: string
  /** Path of the WOPISrc, which stays when the server's port does not. */
  path: string
}

/** Adds a file and issues a token for it, with the commands that an administrator would use. */
export async function addDocument(options: {
  file: string
  dataDir: string
  userId: string
  command?: CommandLine
}): Promise<Ticket> {
  const data = ['--data', options.dataDir]
  const command = options.command ? { command: options.command } : {}
  const { fileId } = await wopikit(['add', options.file, ...data], command)
  if (typeof fileId !== 'string') throw new Error('wopikit add named no fileId')
  const token = await issueToken({ ...options, fileId })
  return { fileId, token, path: `/wopi/files/${fileId}` }
}

/** Issues another token to write a document. */
export async function issueToken(options: {
  fileId: string
  dataDir: string
  userId: string
  command?: CommandLine
}): Promise<string> {
  const command = options.command ? { command: options.command } : {}
  const args = ['token', options.fileId, '--user', options.userId, '--permission', 'write']
  const { accessToken } = await wopikit([...args, '--data', options.dataDir], command)
  if (typeof accessToken !== 'string') throw new Error('wopikit token printed no accessToken')
  return accessToken
}
