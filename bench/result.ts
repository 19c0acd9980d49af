import { readFile, writeFile } from 'node:fs/promises'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { renderTable } from './report.ts'
import type { Row } from './row.ts'

/** One run, as it is kept in a file. */
export interface Result {
  /** ISO 8601. */
  startedAt: string
  machine: {
    cpu: string
    cpus: number
    memoryBytes: number
    platform: string
    node: string
  }
  settings: { rounds: number; largeBytes: number; deltaBytes: number; rateMs: number }
  rows: Row[]
}

const GIB = 1024 ** 3
const MIB = 1024 ** 2
/** Between these lines of a page stands what was generated. */
const BEGIN = '<!-- bench:begin -->'
const END = '<!-- bench:end -->'

/** What the machine is that this runs on. */
export function describeMachine(): Result['machine'] {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cpus: all.length,
    memoryBytes: totalmem(),
    platform: `${platform()} ${release().split('.', 2).join('.')} ${arch()}`,
    node: process.version,
  }
}

/** @throws Error when the file holds no result of this bench */
export async function readResult(file: string): Promise<Result> {
  const result = JSON.parse(await readFile(file, 'utf8'))
  if (!Array.isArray(result?.rows) || !result.machine)
    throw new Error(`${file} is no result of "npm run -s bench -- --json"`)
  return result
}

/** What stands on the page of a result. */
export function renderResult({ startedAt, machine, settings, rows }: Result): string {
  const memory = (machine.memoryBytes / GIB).toFixed(0)
  const large = (settings.largeBytes / MIB).toFixed(0)
  return [
    `${startedAt.slice(0, 10)}: ${machine.cpus} × ${machine.cpu}, ${memory} GiB, ${machine.platform},`,
    `Node ${machine.node}; ${settings.rounds} rounds, ${large} MiB in a large document.`,
    '',
    renderTable(rows),
  ].join('\n')
}

/** Puts a result into a page, in place of the one before. */
export async function writeToPage(page: string, result: Result): Promise<void> {
  const text = await readFile(page, 'utf8')
  await writeFile(page, replaceResult(text, result))
}

/** @throws Error when the page has no place for a result */
export function replaceResult(page: string, result: Result): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`The page has no ${BEGIN} … ${END}`)
  return `${page.slice(0, begin + BEGIN.length)}\n${renderResult(result)}\n${page.slice(end)}`
}
