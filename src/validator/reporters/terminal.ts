import type { CaseResult, RunEvent, Verdict } from '../report.ts'
import { type Cause, causeKey } from './causes.ts'
import {
  byGroup,
  type CollectedRun,
  causeCases,
  collectRun,
  leftOutText,
  skipCounts,
  skipText,
  stoppedText,
} from './collected-run.ts'
import { exchangeText, failureText, formatDuration, oneLine } from './shown-text.ts'
import { judge } from './verdict.ts'

export interface TerminalOptions {
  /** One line that is rewritten, in place of a line for each case. */
  isTTY?: boolean | undefined
  /** Width of the terminal in characters (default: 80). */
  columns?: number | undefined
  color?: boolean | undefined
  /** As for `judge`. */
  allowSkips?: boolean | undefined
}

const CLEAR_LINE = '\r\x1b[K'
const RESET = '\x1b[0m'
const COLORS: Record<Verdict, string> = { pass: '\x1b[32m', fail: '\x1b[31m', skip: '\x1b[33m' }
const LABELS: Record<Verdict, string> = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' }
const INDENT = '    '
const CAUSES_SHOWN_MAX = 8

type Paint = (verdict: Verdict, text: string) => string

/**
 * Writes for people: progress, the first failure of each cause as it happens, and a summary that
 * names the causes.
 */
export function createTerminalReporter(
  write: (text: string) => void,
  { isTTY = false, columns = 80, color = false, allowSkips = false }: TerminalOptions = {},
): (event: RunEvent) => void {
  const paint: Paint = (verdict, text) => (color ? `${COLORS[verdict]}${text}${RESET}` : text)
  const summarise = collectRun((run) => write(summary(run, paint, allowSkips)))
  const clear = isTTY ? CLEAR_LINE : ''
  let planned = 0
  const shown = new Map<string, string>()
  return (event) => {
    if (event.type === 'start') {
      planned = event.cases
      write(`${planned} cases against ${oneLine(event.wopiSrc)}\n`)
    } else if (event.type === 'begin' && isTTY) {
      const line = `${event.index + 1}/${planned} ${oneLine(`${event.group}: ${event.name}`)}`
      write(`${CLEAR_LINE}${line.slice(0, columns - 1)}`)
    } else if (event.type === 'end') {
      const { result } = event
      if (result.verdict === 'fail') write(`${clear}${failed(result, paint, shown)}`)
      else if (!isTTY) write(endLine(result, paint))
    } else if (event.type === 'done') {
      write(clear)
    }
    summarise(event)
  }
}

function endLine({ verdict, group, name, skipReason }: CaseResult, paint: Paint): string {
  const reason = skipReason ? ` (${oneLine(skipReason)})` : ''
  return `${paint(verdict, LABELS[verdict])} ${oneLine(`${group}: ${name}`)}${reason}\n`
}

/** @param shown the case that was shown in full, for each cause */
function failed(result: CaseResult, paint: Paint, shown: Map<string, string>): string {
  const { name, description, failures, exchanges } = result
  const key = failures[0] && causeKey(failures[0])
  const before = key === undefined ? undefined : shown.get(key)
  if (before !== undefined) return endLine({ ...result, skipReason: `as ${before}` }, paint)
  if (key !== undefined) shown.set(key, name)
  const texts = [
    ...(description ? [oneLine(description)] : []),
    ...failures.map((failure) => paint('fail', failureText(failure))),
    ...exchanges.map(exchangeText),
  ]
  return `${endLine(result, paint)}${texts.map(indent).join('\n\n')}\n\n`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `${INDENT}${line}`))
    .join('\n')
}

function summary(run: CollectedRun, paint: Paint, allowSkips: boolean): string {
  const { ok, text } = judge(run.totals, { allowSkips })
  const reasons = skipCounts(run.results).map((skip) => oneLine(skipText(skip)))
  const parts = [
    groupTable(run),
    causesText(run.causes),
    [...reasons, leftOutText(run)].filter((line) => line !== '').join('\n'),
    stoppedText(run),
    `${paint(ok ? 'pass' : 'fail', text)} in ${formatDuration(run.durationMs)}`,
  ]
  return `\n${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function causesText(causes: readonly Cause[]): string {
  if (causes.length === 0) return ''
  const shown = causes.slice(0, CAUSES_SHOWN_MAX).map((cause, at) => {
    const lines = [cause.message, cause.advice, causeCases(cause)].map(oneLine)
    return `${String(at + 1).padStart(2)}. ${lines.join('\n    ')}`
  })
  const more = causes.length - shown.length
  const rest = more > 0 ? [`${more} more: --reporter json tells all of them.`] : []
  return ['What is wrong, and what to look at first:', ...shown, ...rest].join('\n\n')
}

function groupTable({ results }: CollectedRun): string {
  const rows = byGroup(results).map(({ group, passed, failed, skipped }) =>
    [oneLine(group), passed, failed, skipped].map(String),
  )
  if (rows.length === 0) return ''
  const all = [['group', 'passed', 'failed', 'skipped'], ...rows]
  const widths = [0, 1, 2, 3].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  return all.map((row) => tableLine(row, widths)).join('\n')
}

function tableLine([group = '', ...counts]: string[], [first = 0, ...rest]: number[]): string {
  const right = counts.map((count, at) => count.padStart(rest[at] ?? 0))
  return [group.padEnd(first), ...right].join('  ')
}
