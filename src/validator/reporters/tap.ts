import type { CaseResult, RunEvent } from '../report.ts'
import { exchangeText, failureText, oneLine } from './shown-text.ts'

/** Writes TAP version 14, case by case. */
export function createTapReporter(write: (text: string) => void): (event: RunEvent) => void {
  let planned = 0
  let ended = 0
  return (event) => {
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
      else if (ended < planned) write(`Bail out! ${ended} of ${planned} cases ran\n`)
    }
  }
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
