import { Command } from 'commander'
import { keepHeapSmall } from '../server/heap.ts'
import { createLogger, type Logger } from '../server/logging.ts'
import { type RunningServer, startServer } from '../server/run.ts'
import { announcement } from './announcement.ts'
import { addSettings, type FolderOptions, loadConfig, runCommand } from './command-line.ts'
import { EXIT, type TransferIo } from './transfer.ts'

/**
 * Threads for file calls. A sync occupies one for as long as the disk takes. Node has four by
 * default, so four uploads would block all reads. The number has to be set before the first file
 * call.
 */
const FILE_THREADS = 16
/** How long a stopped server waits for the reader of its output, in ms. */
const OUTPUT_END_MS = 1000
/** Ctrl-C under npm arrives twice, from the terminal and from npm, within this time, in ms. */
const SAME_SIGNAL_MS = 500

/**
 * Signals that ask the server to stop. On Windows, Ctrl-Break and closing the window count, too.
 * Elsewhere a hang-up may be ignored on purpose (`nohup`), and a listener would undo that.
 */
const STOP_SIGNALS =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const)
    : (['SIGINT', 'SIGTERM'] as const)

/** The command `serve`: runs a host until a signal stops it. */
export function serveCommand(io: TransferIo): Command {
  return addSettings(new Command('serve'))
    .description('run the host; the first start makes keys and a sample document')
    .option('--json', 'print the address and a document as JSON')
    .action((options: FolderOptions) => runCommand(io, options, () => serve(options, io)))
}

async function serve(options: FolderOptions, io: TransferIo): Promise<void> {
  process.env.UV_THREADPOOL_SIZE ??= String(FILE_THREADS)
  keepHeapSmall()
  const config = await loadConfig(options, io)
  const { log, droppedLines } = createLogger(config.logLevel)
  const server = await startServer(config, { log, droppedLogLines: droppedLines })
  const stopped = waitForStop(server, log, io)
  io.stdout.write(await announcement(server, config, { json: options.json, io }))
  await stopped
  // Only now: output that nobody reads must not keep a stopped process alive.
  setTimeout(() => process.exit(), OUTPUT_END_MS).unref()
}

/** Resolves when the server has stopped: the first signal asks it to, a later one forces it. */
function waitForStop(server: RunningServer, log: Logger['log'], io: TransferIo): Promise<void> {
  return new Promise((resolve, reject) => {
    let stoppingSince: number | undefined
    const onSignal = () => {
      const now = performance.now()
      if (stoppingSince === undefined) {
        stoppingSince = now
        log.info({}, 'Stopping: the requests in progress finish first')
        server.close().then(resolve, reject)
      } else if (now - stoppingSince > SAME_SIGNAL_MS) {
        log.warn({}, 'Stopping at once')
        io.exit(EXIT.failed)
        server.cut()
      }
    }
    for (const name of STOP_SIGNALS) io.signals.on(name, onSignal)
  })
}
