import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BudgetStats } from '../host/core.ts'
import type { RequestRecord } from '../http/request-record.ts'

/** What the metrics tell of, besides requests. */
export interface MetricSources {
  /** How memory is used. */
  memory(): BudgetStats
  /** Connections that are open now. */
  connections(): Promise<number>
  /** Lines of the log that were dropped since the start. */
  droppedLogLines(): number
}

/** Counts while a server runs, and tells in the text format of Prometheus. */
export interface Metrics {
  onRequest(record: RequestRecord): void
  text(sources: MetricSources): Promise<string>
  close(): void
}

/** How often the delay of the event loop is measured, in ms; it is part of what Node measures. */
const DELAY_RESOLUTION_MS = 10
const NS_PER_S = 1e9

/** Requests of one operation that ended alike. */
interface Tally {
  labels: string
  count: number
  seconds: number
}

/** Starts to count. Labels are operations and statuses, of which there are few whatever clients send. */
export function createMetrics(): Metrics {
  const requests = new Map<string, Tally>()
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delay.enable()
  const seconds = (ns: number) => Math.max(0, ns / NS_PER_S - DELAY_RESOLUTION_MS / 1000)

  return {
    onRequest({ operation = 'none', status, durationMs }) {
      const labels = `{operation="${operation}",status="${status}"}`
      const tally = requests.get(labels) ?? { labels, count: 0, seconds: 0 }
      tally.count += 1
      tally.seconds += durationMs / 1000
      requests.set(labels, tally)
    },

    async text({ memory, connections, droppedLogLines }) {
      const tallies = [...requests.values()]
      return [
        counter('wopikit_requests_total', 'Requests that are over', tallies.map(countOf)),
        counter('wopikit_request_seconds_total', 'Time they took', tallies.map(secondsOf)),
        gauge('wopikit_connections', 'Connections that are open', await connections()),
        gauge(
          'wopikit_event_loop_delay_max_seconds',
          'Longest delay of the event loop since the start',
          seconds(delay.max),
        ),
        gauge(
          'wopikit_event_loop_delay_p99_seconds',
          'Delay of the event loop that one of a hundred exceeds',
          seconds(delay.percentile(99)),
        ),
        ...memoryLines(memory()),
        counter('wopikit_log_lines_dropped_total', 'Lines of the log that nobody took in time', [
          ` ${droppedLogLines()}`,
        ]),
      ].join('')
    },

    close: () => delay.disable(),
  }
}

function memoryLines(stats: BudgetStats): string[] {
  return [
    gauge('wopikit_memory_budget_bytes', 'Memory that requests share', stats.totalBytes),
    gauge('wopikit_memory_used_bytes', 'Memory that requests hold', stats.usedBytes),
    gauge('wopikit_memory_waiting', 'Requests that wait for memory now', stats.waiting),
    counter('wopikit_memory_waits_total', 'Requests that had to wait', [` ${stats.waits}`]),
    counter('wopikit_memory_refusals_total', 'Requests that waited in vain', [
      ` ${stats.refusals}`,
    ]),
    counter('wopikit_memory_evictions_total', 'Requests that had to give way', [
      ` ${stats.evictions}`,
    ]),
  ]
}

function countOf({ labels, count }: Tally): string {
  return `${labels} ${count}`
}

function secondsOf({ labels, seconds }: Tally): string {
  return `${labels} ${seconds}`
}

function gauge(name: string, help: string, value: number): string {
  return family(name, 'gauge', help, [` ${value}`])
}

function counter(name: string, help: string, samples: readonly string[]): string {
  return family(name, 'counter', help, samples)
}

/** @param samples labels, if there are any, and the value behind a space */
function family(name: string, type: string, help: string, samples: readonly string[]): string {
  const lines = samples.map((sample) => `${name}${sample}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
