import { Command } from 'commander'
import { PERMISSIONS, TOKEN_TTL_MS } from '../access/signed-access.ts'
import type { Config } from '../server/config.ts'
import { keepHeapSmall } from '../server/heap.ts'
import { createLogger, type Logger } from '../server/logging.ts'
import { type RunningServer, startServer } from '../server/run.ts'
import { TRIAL_USER } from '../server/trial-sign-in/trial-sign-in.ts'
import { addSettings, type FolderOptions, loadConfig, runCommand } from './command-line.ts'
import { findKeyFile } from './proof-key-file.ts'
import { quote } from './quote.ts'
import { EXIT, type TransferIo, userPath } from './transfer.ts'
import { welcomeText } from './welcome.ts'

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
    .option('--json', 'print the address, a document and a token as JSON')
    .action((options: FolderOptions) => runCommand(io, options, () => serve(options, io)))
}

async function serve(options: FolderOptions, io: TransferIo): Promise<void> {
  process.env.UV_THREADPOOL_SIZE ??= String(FILE_THREADS)
  keepHeapSmall()
  const config = await loadConfig(options, io)
  const { log } = createLogger(config.logLevel)
  const server = await startServer(config, { log })
  const stopped = waitForStop(server, log, io)
  io.stdout.write(await announcement(server, config, options, io))
  await stopped
  // Not before then: what nobody reads must not keep a process that has stopped.
  setTimeout(() => process.exit(), OUTPUT_END_MS).unref()
}

async function announcement(
  server: RunningServer,
  config: Config,
  { json }: FolderOptions,
  io: TransferIo,
): Promise<string> {
  const { url, access, host, sampleFileId, addressProblem } = server
  const { accessToken } = await access.mint({
    userId: TRIAL_USER.userId,
    displayName: TRIAL_USER.displayName,
    fileId: sampleFileId,
    permissions: PERMISSIONS,
    ttlMs: TOKEN_TTL_MS,
  })
  const wopiSrc = host.wopiSrc(sampleFileId)
  if (json) return `${JSON.stringify({ url, wopiSrc, accessToken })}\n`
  const isDefault = config.data === userPath('wopikit-data', io.env)
  const dataOption = isDefault ? '' : ` --data ${quote(config.data)}`
  const command = ownCommand(io.env)
  const proofOption = await proofOptionOf(config)
  return welcomeText({
    ...{ url, wopiSrc, accessToken, dataOption, command, addressProblem },
    ...(proofOption !== undefined && { proofOption }),
  })
}

/** How commands sign for this server; `undefined` where they need not, empty where they cannot. */
async function proofOptionOf({ discovery, proofKeys }: Config): Promise<string | undefined> {
  if (discovery === '' || !proofKeys) return undefined
  const keyFile = await findKeyFile(discovery)
  return keyFile === undefined ? '' : ` --proof-key ${quote(keyFile)}`
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

/** How the user calls this command: from a checkout, through npx, or installed. */
function ownCommand(env: NodeJS.ProcessEnv): string {
  if (import.meta.url.endsWith('.ts')) return 'npm run -s wopikit --'
  return env.npm_command === 'exec' ? 'npx wopikit' : 'wopikit'
}
