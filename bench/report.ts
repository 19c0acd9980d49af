import type { Row } from './row.ts'

const DASH = '–'
const HEADER = ['row', 'value', 'unit', 'floor', 'ratio', 'aim', 'met']

/** The rows as a table for people, in Markdown so that it can be pasted into a document. */
export function renderTable(rows: readonly Row[]): string {
  return render([HEADER, ...rows.map(renderRow)])
}

/** What changed from one run to another. Ratios are compared, where there are some. */
export function renderComparison(before: readonly Row[], after: readonly Row[]): string {
  const former = new Map(before.map((row) => [row.name, row]))
  const lines = after.map((row) => {
    const other = former.get(row.name)
    const [was, is] = [other?.ratio ?? other?.value ?? null, row.ratio ?? row.value]
    const change = was === null ? DASH : `${(is / was).toFixed(2)} ×`
    return [row.name, row.unit, number(other?.value ?? null), number(row.value)].concat([
      ratio(other?.ratio ?? null),
      ratio(row.ratio),
      change,
    ])
  })
  return render([['row', 'unit', 'before', 'after', 'ratio before', 'after', 'change'], ...lines])
}

function render(cells: readonly string[][]): string {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  )
  const renderLine = (line: readonly string[]) =>
    `| ${line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  const [first = [], ...rest] = cells
  return [renderLine(first), rule, ...rest.map(renderLine)].join('\n')
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function renderRow(row: Row): string[] {
  const met = row.met === null ? DASH : row.met ? 'yes' : 'NO'
  const cells = [row.name, number(row.value), row.unit, number(row.floor)]
  return [...cells, ratio(row.ratio), row.aim ?? DASH, met]
}

function ratio(value: number | null): string {
  return value === null ? DASH : `${value.toFixed(2)} ×`
}

/** Three digits that count, or all of those before the point. */
function number(value: number | null): string {
  if (value === null) return DASH
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}
