import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { SLICE_MS } from '../src/content/bytes/pacer.ts'
import * as content from '../src/content/limits.ts'
import * as names from '../src/protocol/names.ts'

const PAGE = join(import.meta.dirname, '../docs/limits.md')
const KIB = 1024
const MIB = 1024 * KIB
const count = (value: number) => value.toLocaleString('en-US')

/** What stands before a number of the page, and the number as the code has it. */
const ROWS: readonly [string, string][] = [
  ['budget of all requests', `${content.MEMORY_BUDGET_BYTES / MIB} MiB`],
  ['held by each request', `${content.MEMORY_FREE_BYTES / KIB} KiB`],
  ['wait for memory', `${content.MEMORY_WAIT_MS / 1000} s`],
  ['client that stands still', `${content.MEMORY_STALL_MS / 1000} s`],
  ['content of one file', `${content.DEFAULT_LIMITS.maxFileBytes / MIB / KIB} GiB`],
  ['chunks of one stream', count(names.CHUNKS_PER_STREAM_MAX)],
  ['chunks of one document', count(content.CHUNKS_PER_DOCUMENT_MAX)],
  ['encoded state of one document', `${content.MANIFEST_MAX_BYTES / MIB} MiB`],
  ['extents of one stream', count(content.EXTENTS_MAX)],
  ['alternate streams', count(names.ALTERNATE_STREAMS_MAX)],
  ['content properties', count(names.CONTENT_PROPERTIES_MAX)],
  ['chunks that one upload brings', count(content.CHUNKS_PER_UPLOAD_MAX)],
  ['fragments of one upload session', count(content.FRAGMENTS_PER_SESSION_MAX)],
  ['upload sessions of one user', count(content.DEFAULT_LIMITS.maxSessionsPerUser)],
  ['bytes of one upload session', `${content.DEFAULT_LIMITS.maxSessionBytes / MIB / KIB} GiB`],
  ['MessageJSON |', `${names.MESSAGE_JSON_MAX_BYTES / MIB} MiB`],
  ['values in a MessageJSON', count(names.MESSAGE_JSON_MAX_TOKENS)],
  ['depth of a MessageJSON', count(names.MESSAGE_JSON_MAX_DEPTH)],
  ['pieces that the ranges', count(content.EXTENTS_MAX)],
  ['central directory of a zip', `${names.CENTRAL_DIRECTORY_MAX_BYTES / MIB} MiB`],
  ['second pass over zips', `${content.SECOND_PASS_MAX_BYTES / MIB} MiB`],
]

test('docs/limits.md has the numbers of the code', async () => {
  const lines = (await readFile(PAGE, 'utf8')).split('\n')

  for (const [start, value] of ROWS) {
    const line = lines.find((candidate) => candidate.startsWith(`| ${start}`))
    assert.equal(line?.split('|')[2]?.trim(), value, start)
  }
  assert.ok(lines.some((line) => line.includes(`slices of ${SLICE_MS} ms`)))
})
