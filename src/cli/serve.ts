import { Command } from 'commander'
import { keepHeapSmall } from '../server/heap.ts'
import { createLogger, type Logger } from '../server/logging.ts'
import { type RunningServer, startServer } from '../server/run.ts'
import { announcement } from './announcement.ts'
import { addSettings, type FolderOptions, loadConfig, runCommand } from './command-line.ts'
import { EXIT, type TransferIo } from './transfer.ts'

/**
 * Threads for file calls. A sync holds one for as long as the disk takes, and Node has four: with as
 * many uploads nothing could be read meanwhile. It counts if it is set before the first call.
 */
const FILE_THREADS = 16
/** How long a stopped server waits for the readers of its output, in ms. */
const OUTPUT_END_MS = 1000
/** Ctrl-C under npm arrives twice, from the terminal and from npm, within this time, in ms. */
const SAME_SIGNAL_MS = 500

/**
 * What asks the server to stop. Windows has Ctrl-Break and the closing of the window besides;
 * elsewhere a hang-up may be ignored on purpose (`nohup`), which listening to it would undo.
 */
const STOP_SIGNALS =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const)
    : (['SIGINT', 'SIGTERM'] as const)

/** The command `serve`: runs a host until it is told to stop. */
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
  // Not before then: what nobody reads must not keep a process that has stopped.
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
        log.info({}, 'Stopping: requests under way are finished first')
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
