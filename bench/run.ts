/**
 * Measures wopikit against the least that the same work can cost on this machine.
 *
 *   node bench/run.ts [--json] [--quick] [--rows TEXT]
 *
 * `--rows` takes the groups whose name contains TEXT. Nothing but the report goes to stdout.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderJson, renderTable } from './report.ts'
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

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rows: { type: 'string', default: '' },
  },
})
const groups = GROUPS.filter((group) => group.name.includes(values.rows))
if (groups.length === 0)
  throw new Error(`No rows ${values.rows}; there are: ${GROUPS.map(({ name }) => name).join(', ')}`)

const folder = await mkdtemp(join(tmpdir(), 'wopikit-bench-'))
const progress = (line: string) => console.error(line)
const rows: Row[] = []
try {
  for (const group of groups) {
    progress(`measuring ${group.name}`)
    const settings = { ...(values.quick ? QUICK : FULL), folder, progress }
    const measured = await group.measure(settings)
    progress(renderTable(measured))
    rows.push(...measured)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(values.json ? renderJson(rows) : renderTable(rows))
