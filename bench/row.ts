import type { Settings } from './settings.ts'

/** One line of the report. */
export interface Row {
  name: string
  /** What wopikit reached. */
  value: number
  unit: string
  /** What the thing that it is measured against reached in the same run; `null` for none. */
  floor: number | null
  /** How good the value is beside the floor: above 1 is better, unless the aim is an upper limit. */
  ratio: number | null
  /** What the value or the ratio should be, in words; `null` when it is only reported. */
  aim: string | null
  met: boolean | null
}

/** Rows that are measured together. */
export interface RowGroup {
  /** For `--rows`. */
  name: string
  measure(settings: Settings): Promise<Row[]>
}

/** A row whose ratio to its floor must be at least `atLeast`. */
export function ratioRow(options: {
  name: string
  unit: string
  value: number
  floor: number
  ratio: number
  atLeast: number
}): Row {
  const { atLeast, ...row } = options
  return { ...row, aim: `≥ ${atLeast.toFixed(1)} ×`, met: row.ratio >= atLeast }
}

/** A row whose value must not be above `atMost`. */
export function limitRow(options: {
  name: string
  unit: string
  value: number
  atMost: number
  floor?: number
}): Row {
  const { name, unit, value, atMost, floor = null } = options
  const ratio = floor === null ? null : value / floor
  return { name, value, unit, floor, ratio, aim: `≤ ${atMost} ${unit}`, met: value <= atMost }
}

/** A row that is only told, beside what the floor had. */
export function toldRow(options: {
  name: string
  unit: string
  value: number
  floor: number
}): Row {
  return { ...options, ratio: options.value / options.floor, aim: null, met: null }
}
