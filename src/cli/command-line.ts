import { Command, Option } from 'commander'
import { WopiError } from '../protocol/errors.ts'
import {
  type Config,
  ConfigError,
  listSettings,
  readConfig,
  readConfigFile,
  type SettingName,
} from '../server/config.ts'
import { isDiscoveryAddress } from '../server/discovery.ts'
import { ServerError, type ServerErrorCode } from '../server/errors.ts'
import { readServing } from '../server/serving-record.ts'
import { EXIT, type TransferIo, UnreachableError, UsageError, userPath } from './transfer.ts'

/** Options of every command on a data folder, besides settings. */
export interface FolderOptions {
  config?: string
  json?: boolean
  [setting: string]: unknown
}

/** Adds the options of settings to a command (default: of all settings). */
export function addSettings(command: Command, names?: readonly SettingName[]): Command {
  const settings = listSettings().filter(({ name }) => !names || names.includes(name))
  for (const { flag, variable, default: value, help } of settings) {
    const note = value === undefined || value === '' ? '' : `; default: ${value}`
    command.addOption(new Option(`${flag} <value>`, `${help} (${variable}${note})`))
  }
  return command.option('--config <file>', 'JSON file with settings (WOPIKIT_CONFIG)')
}

/**
 * The settings of a command: flags, environment, file, defaults. Paths are absolute.
 *
 * @throws ConfigError
 */
export async function loadConfig(options: FolderOptions, { env }: TransferIo): Promise<Config> {
  const file = await loadFile(options, env)
  return withFullPath(readConfig({ flags: options, env, file }), env)
}

/**
 * The settings of a command beside a server: like `loadConfig`, but with the settings of the server
 * that last used the data folder as defaults.
 *
 * @throws ConfigError
 */
export async function loadConfigBeside(options: FolderOptions, io: TransferIo): Promise<Config> {
  const { data } = await loadConfig(options, io)
  const file = { ...(await readServing(data)), ...(await loadFile(options, io.env)) }
  return withFullPath(readConfig({ flags: options, env: io.env, file }), io.env)
}

async function loadFile(
  { config }: FolderOptions,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
  const path = config ?? env.WOPIKIT_CONFIG
  return path ? await readConfigFile(userPath(path, env)) : {}
}

function withFullPath(config: Config, env: NodeJS.ProcessEnv): Config {
  const { data, discovery } = config
  const isFile = discovery !== '' && !isDiscoveryAddress(discovery)
  return {
    ...config,
    data: userPath(data, env),
    discovery: isFile ? userPath(discovery, env) : discovery,
  }
}

/** Runs the work of a command. Turns what it throws into text, or JSON, and an exit code. */
export async function runCommand(
  io: TransferIo,
  { json = false }: { json?: boolean },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { exitCode, ...failure } = describeFailure(error)
    const { message, fix } = failure
    const text = fix ? `${message}\n${fix}\n` : `${message}\n`
    io.stderr.write(json ? `${JSON.stringify({ error: failure })}\n` : text)
    io.exit(exitCode)
  }
}

/** A failure of a command, as the user sees it. */
interface ToldFailure {
  code: string
  message: string
  /** How to mend it. */
  fix?: string
  exitCode: number
}

const REFUSED: ReadonlySet<ServerErrorCode> = new Set<ServerErrorCode>([
  'DATA_MISSING',
  'DOCUMENT_UNKNOWN',
  'DOCUMENT_EXISTS',
  'CONTAINER_UNKNOWN',
  'SESSION_UNKNOWN',
  'LOCK_UNKNOWN',
  'FILE_TOO_LARGE',
])

function describeFailure(error: unknown): ToldFailure {
  if (error instanceof ServerError) {
    const { code, message, fix } = error
    return { code, message, fix, exitCode: exitCodeOf(code) }
  }
  if (error instanceof ConfigError)
    return {
      code: error.code,
      message: error.message,
      fix: 'docs/configuration.md lists all settings.',
      exitCode: EXIT.usage,
    }
  if (error instanceof UsageError)
    return { code: 'ARGUMENT_INVALID', message: error.message, exitCode: EXIT.usage }
  if (error instanceof UnreachableError) {
    const fix = 'Is the host running, and is the address right?'
    return { code: 'NETWORK', message: error.message, fix, exitCode: EXIT.unreachable }
  }
  if (error instanceof WopiError)
    return { code: error.code, message: error.message, exitCode: EXIT.failed }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'FAILED', message, exitCode: EXIT.failed }
}

/** The exit code of a failure on the server's side. */
export function exitCodeOf(code: ServerErrorCode): number {
  if (code === 'ARGUMENT_INVALID') return EXIT.usage
  return REFUSED.has(code) ? EXIT.refused : EXIT.failed
}

/** Creates a command on a data folder. */
export function folderCommand(name: string, settings: readonly SettingName[] = []): Command {
  const command = addSettings(new Command(name), ['data', ...settings])
  return command.option('--json', 'print the result as JSON')
}
