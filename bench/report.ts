import type { Row } from './row.ts'

const DASH = '–'

/** The rows as a table for people, in Markdown so that it can be pasted into a document. */
export function renderTable(rows: readonly Row[]): string {
  const header = ['row', 'value', 'unit', 'floor', 'ratio', 'aim', 'met']
  const cells = [header, ...rows.map(renderRow)]
  const widths = header.map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  )
  const render = (line: readonly string[]) =>
    `| ${line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  const [first = [], ...rest] = cells
  return [render(first), rule, ...rest.map(render)].join('\n')
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function renderRow(row: Row): string[] {
  const met = row.met === null ? DASH : row.met ? 'yes' : 'NO'
  const ratio = row.ratio === null ? DASH : `${row.ratio.toFixed(2)} ×`
  return [row.name, number(row.value), row.unit, number(row.floor), ratio, row.aim ?? DASH, met]
}

/** Three digits that count, or all of those before the point. */
function number(value: number | null): string {
  if (value === null) return DASH
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}

export function renderJson(rows: readonly Row[]): string {
  return JSON.stringify(rows, null, 2)
}
