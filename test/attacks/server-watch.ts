import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What a process has used so far; `undefined` is for what was not measured. */
export interface Usage {
  /** The most memory that it has had resident, in MB (10^6). */
  peakMemoryMb: number | undefined
  cpuSeconds: number | undefined
  /** The longest delay of its event loop, in ms. */
  eventLoopDelayMs: number | undefined
}

const LOOK_MS = 250
const KIB = 1024
const MB = 1_000_000
/** Of one tick in which Linux counts time of processors. */
const TICKS_PER_SECOND = 100
/** The name under which a server tells the longest delay of its event loop, in seconds. */
const DELAY_METRIC = /^wopikit_event_loop_delay_max_seconds(?:\{[^}]*\})? (\S+)$/m

/** Looks at a process again and again, since nothing is known of one that has died. */
export function watchServer(
  pid: number,
  metricsUrl: string | undefined,
): { usage: Usage; stop(): Promise<void> } {
  const usage: Usage = {
    peakMemoryMb: undefined,
    cpuSeconds: undefined,
    eventLoopDelayMs: undefined,
  }
  const look = async () => {
    usage.peakMemoryMb = (await peakMemoryMb(pid)) ?? usage.peakMemoryMb
    usage.cpuSeconds = (await cpuSeconds(pid)) ?? usage.cpuSeconds
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    usage,
    async stop() {
      clearInterval(timer)
      await look()
      if (metricsUrl) usage.eventLoopDelayMs = await eventLoopDelayMs(metricsUrl)
    },
  }
}

async function peakMemoryMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kib = /VmHWM:\s+(\d+) kB/.exec(status)?.[1]
  return kib === undefined ? undefined : (Number(kib) * KIB) / MB
}

async function cpuSeconds(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name in brackets may hold anything; behind it come the state and the other fields.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return Number.isNaN(ticks) ? undefined : ticks / TICKS_PER_SECOND
}

async function eventLoopDelayMs(metricsUrl: string): Promise<number | undefined> {
  const signal = AbortSignal.timeout(1000)
  const text = await fetch(metricsUrl, { signal })
    .then((reply) => (reply.ok ? reply.text() : ''))
    .catch(() => '')
  const seconds = DELAY_METRIC.exec(text)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

/** Space that a folder takes on the disk, in MB (10^6). */
export async function diskMb(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)('du', ['-sk', folder])
  return (Number.parseInt(stdout, 10) * KIB) / MB
}
