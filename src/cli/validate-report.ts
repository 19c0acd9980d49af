import type { RunEvent } from '../validator/report.ts'
import { createHtmlReporter } from '../validator/reporters/html.ts'
import { createJsonReporter } from '../validator/reporters/json.ts'
import { createJunitReporter } from '../validator/reporters/junit.ts'
import { createTapReporter } from '../validator/reporters/tap.ts'
import { createTerminalReporter } from '../validator/reporters/terminal.ts'
import { openOutput } from './output.ts'
import { type TransferIo, userPath } from './transfer.ts'

export interface ReportChoice {
  reporter: ReporterName
  /** File for the report (default: the standard output). */
  output?: string
  allowSkips?: boolean
}

export type ReporterName = keyof typeof REPORTERS

/** The target of a run's events. Disposing it writes the rest. */
export interface Report extends AsyncDisposable {
  tell(event: RunEvent): void
  /** Prints how the run ended, unless the report on the standard output does so. */
  conclude(text: string): void
}

type Write = (text: string) => void

const REPORTERS = {
  terminal: createTerminalReporter,
  tap: createTapReporter,
  junit: createJunitReporter,
  html: createHtmlReporter,
  json: createJsonReporter,
} satisfies Record<string, (write: Write, options: ReportChoice) => (event: RunEvent) => void>

export const REPORTER_NAMES = Object.keys(REPORTERS)

/**
 * Opens a report. With a file, the standard output still shows the progress.
 *
 * @throws UsageError when the file cannot be written
 */
export async function openReport(choice: ReportChoice, io: TransferIo): Promise<Report> {
  const { reporter } = choice
  const output =
    choice.output === undefined ? undefined : await openOutput(userPath(choice.output, io.env))
  if (output === undefined || output.isStdout) {
    await output?.[Symbol.asyncDispose]()
    return {
      tell: reporter === 'terminal' ? onTerminal(choice, io) : toStdout(choice, io),
      conclude: (text) => reporter !== 'terminal' && io.stderr.write(`${text}\n`),
      async [Symbol.asyncDispose]() {},
    }
  }
  let text = ''
  const write: Write = (more) => {
    text += more
  }
  const [toFile, toPeople] = [REPORTERS[reporter](write, choice), onTerminal(choice, io)]
  return {
    tell(event) {
      toFile(event)
      toPeople(event)
    },
    conclude() {},
    async [Symbol.asyncDispose]() {
      await using written = output
      await written.file.writeFile(text)
      await written.commit()
    },
  }
}

function toStdout(choice: ReportChoice, { stdout }: TransferIo): (event: RunEvent) => void {
  return REPORTERS[choice.reporter]((text) => stdout.write(text), choice)
}

function onTerminal(
  { allowSkips }: ReportChoice,
  { stdout, env }: TransferIo,
): (event: RunEvent) => void {
  const { isTTY, columns } = stdout
  const color = isTTY === true && !env.NO_COLOR
  return createTerminalReporter((text) => stdout.write(text), { isTTY, columns, color, allowSkips })
}
