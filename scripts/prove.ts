import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** How soon `/health` must answer unless `limitMs` says otherwise, in ms. */
const LIMIT_MS = 5000
const ATTEMPT_MS = 50

/** How to start a server: a program and arguments, to which those of `serve` are added. */
export interface StartOptions {
  command: readonly [program: string, ...args: string[]]
  cwd: string
  dataDir: string
  env?: NodeJS.ProcessEnv
  /** How long it may take (default: 5000 ms). */
  limitMs?: number
}

/**
 * Starts a server on a free port, waits for `/health` to answer 200, and ends it.
 *
 * @returns how long it took from the start of the command, in ms
 * @throws when it takes longer than allowed, or ends; the message holds what it printed
 */
export async function proveStart(options: StartOptions): Promise<number> {
  const [program, ...args] = options.command
  const startedAt = performance.now()
  const child = spawn(program, [...args, '--port', '0', '--data', options.dataDir], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what npm starts must end with it.
    detached: true,
  })
  const output = collect(child)
  try {
    await untilHealthy(child, output, startedAt + (options.limitMs ?? LIMIT_MS))
    return performance.now() - startedAt
  } finally {
    await endGroup(child)
  }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  child.stderr?.on('data', (chunk) => {
    text += chunk
  })
  return () => text
}

async function untilHealthy(
  child: ChildProcess,
  output: () => string,
  deadline: number,
): Promise<void> {
  while (performance.now() < deadline) {
    if (child.exitCode !== null) break
    const origin = /http:\/\/[\w.-]+:\d+/.exec(output())?.[0]
    if (origin && (await answersHealth(origin))) return
    await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS))
  }
  throw new Error(`/health did not answer in time:\n${output()}`)
}

async function answersHealth(origin: string): Promise<boolean> {
  const reply = await fetch(`${origin}/health`).catch(() => undefined)
  return reply?.status === 200
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await ended
}
