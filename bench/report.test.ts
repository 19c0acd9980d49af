import assert from 'node:assert/strict'
import test from 'node:test'
import { renderComparison } from './report.ts'
import { type Result, renderResult, replaceResult } from './result.ts'
import type { Row } from './row.ts'

const ROW: Row = {
  name: 'Ingest',
  value: 100,
  unit: 'MB/s',
  floor: 200,
  ratio: 0.5,
  aim: null,
  met: null,
}
const MEMORY: Row = { ...ROW, name: 'Memory', value: 120, unit: 'MB', floor: null, ratio: null }

function lineOf(table: string, name: string): string[] {
  const line = table.split('\n').find((text) => text.startsWith(`| ${name} `)) ?? ''
  return line.split('|').map((cell) => cell.trim())
}

test('renderComparison compares ratios, and values of rows that have none', () => {
  const before = [ROW, MEMORY]
  const after = [
    { ...ROW, value: 300, ratio: 0.75 },
    { ...MEMORY, value: 240 },
  ]

  const table = renderComparison(before, after)

  assert.deepEqual(lineOf(table, 'Ingest').slice(2, -1), [
    'MB/s',
    '100',
    '300',
    '0.50 ×',
    '0.75 ×',
    '1.50 ×',
  ])
  assert.equal(lineOf(table, 'Memory').at(-2), '2.00 ×')
})

test('renderComparison shows a row that was not measured before', () => {
  const table = renderComparison([], [ROW])

  assert.equal(lineOf(table, 'Ingest').at(-2), '–')
})

test('replaceResult puts a result in place of the one before, and leaves the rest', () => {
  const result: Result = {
    startedAt: '2026-01-02T03:04:05.000Z',
    machine: { cpu: 'Fast', cpus: 2, memoryBytes: 8 * 1024 ** 3, platform: 'linux', node: 'v24' },
    settings: { rounds: 3, largeBytes: 1024 ** 2, deltaBytes: 1, rateMs: 1 },
    rows: [ROW],
  }

  const page = replaceResult('a\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nb\n', result)

  assert.equal(page, `a\n<!-- bench:begin -->\n${renderResult(result)}\n<!-- bench:end -->\nb\n`)
  assert.match(page, /2026-01-02: 2 × Fast, 8 GiB/)
  assert.throws(() => replaceResult('no place', result), /has no <!-- bench:begin/)
})
