import { median } from './measure.ts'
import type { Costs } from './probe/read-probe.ts'
import { type Row, toldRow } from './row.ts'

const BYTES_PER_MB = 1_000_000

/** What a server spent on uploads, round by round. */
export interface UploadCosts {
  /** Notes what the process had spent before an upload, and after it. */
  add(before: Costs, after: Costs): void
  /** Rows that tell it, beside what a floor has spent on the same. */
  rows(name: string, floor: UploadCosts): Row[]
  /** Medians. */
  perRequest(): { syncs: number; cpuMs: number }
  cpuPerMb(): number
  delayP99Ms(): number
}

/** @param load what one upload consists of */
export function createCosts(load: { bytes: Uint8Array; fragmentBytes: number }): UploadCosts {
  const requests = load.bytes.length / load.fragmentBytes
  const spent: Costs[] = []
  const medianOf = (value: (costs: Costs) => number) => median(spent.map(value))
  const costs: UploadCosts = {
    add(before, after) {
      const syncs = after.syncs - before.syncs
      const cpuMs = after.cpuMs - before.cpuMs
      spent.push({ syncs, cpuMs, delayP99Ms: after.delayP99Ms })
    },

    perRequest: () => ({
      syncs: medianOf(({ syncs }) => syncs / requests),
      cpuMs: medianOf(({ cpuMs }) => cpuMs / requests),
    }),
    cpuPerMb: () => medianOf(({ cpuMs }) => (cpuMs / load.bytes.length) * BYTES_PER_MB),
    delayP99Ms: () => medianOf(({ delayP99Ms }) => delayP99Ms),

    rows(name, floor) {
      const row = (what: string, unit: string, read: (of: UploadCosts) => number) =>
        toldRow({ name: `${what}: ${name}`, unit, value: read(costs), floor: read(floor) })
      return [
        row('Processor per MB', 'ms', (of) => of.cpuPerMb()),
        row('Processor per request', 'ms', (of) => of.perRequest().cpuMs),
        row('Syncs of files per request', 'syncs', (of) => of.perRequest().syncs),
        row('Event loop late, p99', 'ms', (of) => of.delayP99Ms()),
      ]
    },
  }
  return costs
}
