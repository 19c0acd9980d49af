/**
 * Measures wopikit against the least that the same work can cost on this machine.
 *
 *   node bench/run.ts [--json] [--quick] [--rows TEXT]
 *   node bench/run.ts --compare BEFORE.json AFTER.json
 *   node bench/run.ts --page RESULT.json
 *
 * `--rows` takes the groups whose name contains TEXT. Nothing but the report goes to stdout. A result
 * is what `--json` prints; `--page` puts one into docs/performance.md.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderComparison, renderTable } from './report.ts'
import { describeMachine, type Result, readResult, writeToPage } from './result.ts'
import type { Row, RowGroup } from './row.ts'
import { chunkIdRows } from './rows/chunk-id.ts'
import { commitRows } from './rows/commit.ts'
import { deltaRows } from './rows/delta.ts'
import { downloadRows } from './rows/download.ts'
import { ingestRows } from './rows/ingest.ts'
import { lockRows } from './rows/locks.ts'
import { smallRequestRows } from './rows/small-requests.ts'
import { FULL, QUICK } from './settings.ts'

const GROUPS: readonly RowGroup[] = [
  chunkIdRows,
  ...ingestRows,
  commitRows,
  downloadRows,
  deltaRows,
  smallRequestRows,
  lockRows,
]

const PAGE = join(import.meta.dirname, '../docs/performance.md')

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rows: { type: 'string', default: '' },
    compare: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const files = values.compare ? 2 : values.page ? 1 : 0
if (positionals.length !== files)
  throw new Error(`Expected ${files} files: received ${positionals.length}`)
const [first, second] = await Promise.all(positionals.map(readResult))

if (first && second) console.log(renderComparison(first.rows, second.rows))
else if (first) await writeToPage(PAGE, first)
else await measure()

async function measure(): Promise<void> {
  const groups = GROUPS.filter((group) => group.name.includes(values.rows))
  const names = GROUPS.map(({ name }) => name).join(', ')
  if (groups.length === 0) throw new Error(`No rows ${values.rows}; there are: ${names}`)
  const sizes = values.quick ? QUICK : FULL
  const startedAt = new Date().toISOString()
  const rows = await measureGroups(groups, sizes)
  const result: Result = { startedAt, machine: describeMachine(), settings: sizes, rows }
  console.log(values.json ? JSON.stringify(result, null, 2) : renderTable(rows))
}

async function measureGroups(
  groups: readonly RowGroup[],
  sizes: Result['settings'],
): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-bench-'))
  const progress = (line: string) => console.error(line)
  const rows: Row[] = []
  try {
    for (const group of groups) {
      progress(`measuring ${group.name}`)
      const measured = await group.measure({ ...sizes, folder, progress })
      progress(renderTable(measured))
      rows.push(...measured)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return rows
}
