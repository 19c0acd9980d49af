import { join } from 'node:path'
import type { Totals } from '../src/validator/report.ts'

/** Where the last run of Microsoft's cases is recorded. */
export const RESULTS_FILE = join(import.meta.dirname, '../docs/conformance-results.json')

/** How Microsoft's cases have ended. */
export interface ConformanceResults {
  /** How many there are. */
  cases: number
  /** By name of the configuration. */
  configurations: Record<string, ConfigurationResults>
  /** By name of the operation, by name of the group: how many cases have called it. */
  operations: Record<string, Record<string, number>>
}

export interface ConfigurationResults extends Totals {
  /** By name of the group. */
  groups: Record<string, Totals>
}
