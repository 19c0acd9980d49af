import { isOwnMachine } from '../server/addresses.ts'
import type { Config } from '../server/config.ts'
import type { RunningServer } from '../server/run.ts'
import { SAMPLE_FILE_ID } from '../server/sample.ts'
import { TRIAL_USER } from '../server/trial-sign-in/trial-sign-in.ts'
import { findKeyFile } from './proof-key-file.ts'
import { quote } from './quote.ts'
import { type TransferIo, userPath } from './transfer.ts'
import { welcomeText } from './welcome.ts'

/** How long the printed token is valid, in ms. */
const SHOWN_TOKEN_TTL_MS = 60 * 60 * 1000

type Announced = Pick<
  RunningServer,
  'url' | 'access' | 'host' | 'sampleFileId' | 'addressProblem' | 'metricsUrl'
>

/**
 * The output of a server that has started. A log that keeps this output would keep a token in it,
 * so it has a token only on a terminal, when no other machine can connect, and only for the sample
 * document. Otherwise it has the command that makes one.
 */
export async function announcement(
  server: Announced,
  config: Config,
  { json, io }: { json: boolean | undefined; io: Pick<TransferIo, 'env' | 'stdout'> },
): Promise<string> {
  const { url, host, sampleFileId: fileId, addressProblem, metricsUrl } = server
  const wopiSrc = host.wopiSrc(fileId)
  if (json) return `${JSON.stringify({ url, wopiSrc, fileId, metricsUrl })}\n`
  const isDefault = config.data === userPath('wopikit-data', io.env)
  const proofOption = await proofOptionOf(config)
  return welcomeText({
    ...{ url, wopiSrc, fileId, addressProblem },
    accessToken: mayShowToken(server, config, io) ? await sampleToken(server) : undefined,
    dataOption: isDefault ? '' : ` --data ${quote(config.data)}`,
    command: ownCommand(io.env),
    ...(proofOption !== undefined && { proofOption }),
  })
}

function mayShowToken(
  { sampleFileId }: Announced,
  { host }: Config,
  { stdout }: Pick<TransferIo, 'stdout'>,
): boolean {
  return stdout.isTTY === true && isOwnMachine(host) && sampleFileId === SAMPLE_FILE_ID
}

async function sampleToken({ access }: Announced): Promise<string> {
  const { accessToken } = await access.mint({
    userId: TRIAL_USER.userId,
    displayName: TRIAL_USER.displayName,
    fileId: SAMPLE_FILE_ID,
    permissions: ['read', 'write'],
    ttlMs: SHOWN_TOKEN_TTL_MS,
  })
  return accessToken
}

/** How commands sign for this server; `undefined` when they need not, empty when they cannot. */
async function proofOptionOf({ discovery, proofKeys }: Config): Promise<string | undefined> {
  if (discovery === '' || !proofKeys) return undefined
  const keyFile = await findKeyFile(discovery)
  return keyFile === undefined ? '' : ` --proof-key ${quote(keyFile)}`
}

/** How the user calls this command: in a checkout, through npx, or installed. */
function ownCommand(env: NodeJS.ProcessEnv): string {
  if (import.meta.url.endsWith('.ts')) return 'npm run -s wopikit --'
  return env.npm_command === 'exec' ? 'npx wopikit' : 'wopikit'
}
