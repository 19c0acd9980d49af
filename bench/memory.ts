import type { Row } from './row.ts'

/** Most memory that a server may ever have resident, in MB. */
const LIMIT_MB = 200

/** A row about the peak of a server's memory; not a number where the system does not tell it. */
export function memoryRow(name: string, peaks: readonly number[]): Row {
  const value = Math.max(...peaks)
  const row = { name: `Peak memory: ${name}`, value, unit: 'MB', floor: null, ratio: null }
  if (Number.isNaN(value))
    return { ...row, unit: 'MB (not told by this system)', aim: null, met: null }
  return { ...row, aim: `≤ ${LIMIT_MB} MB`, met: value <= LIMIT_MB }
}
