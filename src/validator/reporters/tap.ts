import type { CaseResult, RunEvent } from '../report.ts'
import type { Cause } from './causes.ts'
import { causeCases, collectRun } from './collected-run.ts'
import { exchangeText, failureText, oneLine } from './shown-text.ts'

/** Writes TAP version 14, case by case. */
export function createTapReporter(write: (text: string) => void): (event: RunEvent) => void {
  const conclude = collectRun(({ causes }) => write(causes.map(comment).join('')))
  let planned = 0
  let ended = 0
  return (event) => {
    conclude(event)
    if (event.type === 'start') {
      planned = event.cases
      write(`TAP version 14\n1..${planned}\n`)
    }
    if (event.type === 'end') {
      ended += 1
      write(testPoint(ended, event.result))
    }
    if (event.type === 'done') {
      if (planned === 0) write('Bail out! no case ran\n')
      else if (event.stopped) write(`Bail out! ${oneLine(event.stopped.message)}\n`)
      else if (ended < planned) write(`Bail out! ${ended} of ${planned} cases ran\n`)
    }
  }
}

function comment(cause: Cause): string {
  const { message, advice } = cause
  return [`${causeCases(cause)}: ${message}`, advice].map((text) => `# ${oneLine(text)}\n`).join('')
}

function testPoint(number: number, result: CaseResult): string {
  const status = result.verdict === 'fail' ? 'not ok' : 'ok'
  const line = `${status} ${number} - ${escapeDescription(`${result.group}: ${result.name}`)}`
  if (result.verdict === 'skip')
    return `${line} # SKIP ${escapeDescription(result.skipReason ?? '')}\n`
  return result.verdict === 'fail' ? `${line}\n${diagnostics(result)}` : `${line}\n`
}

/** YAML, in which a JSON string is a string. */
function diagnostics({ failures, exchanges, durationMs }: CaseResult): string {
  const entries = [
    `message: ${quote(failures.map(failureText).join('\n'))}`,
    ...(failures[0]?.promise === undefined ? [] : [`promise: ${quote(failures[0].promise)}`]),
    `duration_ms: ${Math.round(durationMs)}`,
    ...(exchanges.length > 0 ? ['exchanges:'] : []),
    ...exchanges.map((exchange) => `  - ${quote(exchangeText(exchange))}`),
  ]
  return ['---', ...entries, '...'].map((line) => `  ${line}\n`).join('')
}

function quote(text: string): string {
  return JSON.stringify(text)
}

/** A `#` would begin a directive. */
function escapeDescription(text: string): string {
  return oneLine(text).replace(/[\\#]/g, '\\$&')
}
