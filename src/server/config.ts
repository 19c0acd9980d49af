import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isPublicUrl } from '../http/mount.ts'
import {
  addressTemplate,
  duration,
  list,
  onOff,
  SETTING_KINDS,
  size,
  whole,
} from './setting-types.ts'

/** Longer than any request that could still name the content takes. */
const GARBAGE_DELAY_MIN_MS = 60 * 60 * 1000
const EXTENSION = /^(\*|\.?[a-z0-9]+)$/i

/**
 * Every setting of the server. Flag, environment variable, key in the file, default, help text and
 * docs/configuration.md come from this table.
 */
const SETTINGS = z.strictObject({
  port: whole(0, 65_535).prefault('8080').describe('TCP port to listen on; 0 takes any free one'),
  host: z
    .string()
    .min(1)
    .prefault('127.0.0.1')
    .describe(
      'address to listen on; with 0.0.0.0 other machines can connect, and publicUrl is needed',
    ),
  data: z
    .string()
    .min(1)
    .prefault('wopikit-data')
    .describe('folder that holds everything: database and content'),
  publicUrl: z
    .string()
    .refine(isPublicUrl, 'must be like https://docs.example.com')
    .optional()
    .describe(
      'scheme, host and port that clients use; needed behind a proxy, and when other machines can connect',
    ),
  basePath: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'must be empty or like /office')
    .prefault('')
    .describe('path in front of /wopi'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .prefault('info')
    .describe('lowest level to log: debug, info, warn, error or silent'),
  metricsPort: whole(0, 65_535)
    .optional()
    .describe(
      'TCP port for metrics, at /metrics in the text format of Prometheus; none when left out',
    ),
  metricsHost: z
    .string()
    .min(1)
    .prefault('127.0.0.1')
    .describe('address to listen on for metrics; everyone who can reach it can read them'),
  maxFileBytes: size().prefault('64G').describe('largest content of one document'),
  memoryBudget: size()
    .prefault('96M')
    .describe(
      'memory that all requests share for messages, lists of chunks and answers; give a fifth of what the process may use',
    ),
  minFreeBytes: size()
    .prefault('256M')
    .describe('free disk space below which the host refuses new content'),
  uploadSessions: onOff()
    .prefault('on')
    .describe('whether clients may send a document in several requests'),
  containers: onOff()
    .prefault('on')
    .describe('whether clients may browse the tree of containers, if their tokens allow it'),
  maxSessionsPerUser: whole(1, 10_000)
    .prefault('32')
    .describe('most open upload sessions of one user on one document'),
  maxSessionBytes: size().prefault('64G').describe('most bytes in one upload session'),
  maxSessionBytesPerDocument: size()
    .prefault('256G')
    .describe('most bytes in all open upload sessions of one document'),
  maxSessionBytesPerUser: size()
    .prefault('256G')
    .describe('most bytes in all open upload sessions of one user'),
  historyStates: whole(1, 10_000)
    .prefault('20')
    .describe(
      'states of a document that are kept: the newest, and the last of days, weeks and hours',
    ),
  historyAge: duration()
    .prefault('30d')
    .describe('age at which a former state is removed in any case'),
  garbageDelay: duration().prefault('1d').describe('how long to keep content that nothing needs'),
  coauth: list()
    .refine((extensions) => extensions.every((extension) => EXTENSION.test(extension)), {
      message: 'must be extensions such as .docx,.xlsx, or *',
    })
    .prefault('')
    .describe(
      'extensions of documents for which CheckFileInfo promises coauthoring, or *; needs discovery, or ocsUrl and rtcUrl',
    ),
  discovery: z
    .string()
    .refine((text) => !/^https?:/i.test(text) || isAddress(text), {
      message: 'must be an address without a password, or a file',
    })
    .prefault('')
    .describe(
      "Office's discovery, an address or a file: the host demands its proof keys, and takes the addresses for coauth from it",
    ),
  proofKeys: onOff()
    .prefault('on')
    .describe('whether clients must sign requests with the keys in discovery, if discovery is set'),
  ocsUrl: z
    .string()
    .prefault('')
    .describe("Office's collaboration service, for coauth; default: from discovery"),
  rtcUrl: z
    .string()
    .prefault('')
    .describe("Office's real-time channel, for coauth; default: from discovery"),
  geoLocation: z
    .string()
    .prefault('')
    .describe('FileGeoLocationCode that Microsoft has assigned, for coauth'),
  viewUrl: addressTemplate({ needs: ['fileId'], takes: ['name'] }).describe(
    'page that shows a document, such as https://docs.example.com/view/{fileId}',
  ),
  editUrl: addressTemplate({ needs: ['fileId'], takes: ['name'] }).describe(
    'page that edits a document, such as https://docs.example.com/edit/{fileId}',
  ),
  containerUrl: addressTemplate({ needs: ['containerId'], takes: ['name'] }).describe(
    'page about a container, such as https://docs.example.com/folders/{containerId}',
  ),
  shareUrl: addressTemplate({ needs: ['fileId', 'containerId', 'type'], takes: ['name'] }).describe(
    'page that a share link opens, such as ' +
      'https://docs.example.com/share/{type}?file={fileId}&folder={containerId}; one of the two ids is ' +
      'empty, and the type is ReadOnly or ReadWrite',
  ),
  postMessageOrigin: z
    .string()
    .refine((text) => text === '' || isOrigin(text), 'must be like https://docs.example.com')
    .prefault('')
    .describe('origin of the page that embeds the editor: PostMessageOrigin of CheckFileInfo'),
  properties: z
    .string()
    .prefault('')
    .describe(
      'JSON file with more properties of CheckFileInfo, for all files or by extension: {"*": {…}, ".docx": {…}}',
    ),
  trialSignIn: onOff()
    .prefault('off')
    .describe(
      'whether anybody can sign in as Demo User, with all rights; only for trying the bootstrapper',
    ),
  shutdownGrace: duration()
    .prefault('8s')
    .describe('how long requests in progress may take once the server is told to stop'),
})

/** The settings of a server; sizes are in bytes and durations in ms. */
export type Config = z.output<typeof SETTINGS>

export type SettingName = keyof Config

/** A setting, as commands and documentation show it. */
export interface Setting {
  /** Key in the file. */
  name: SettingName
  /** `--max-file-bytes` */
  flag: string
  /** `WOPIKIT_MAX_FILE_BYTES` */
  variable: string
  /** How its value is written: text, number, size, duration, on/off, list. */
  kind: string
  /** The default as a user would write it; `undefined` for none. */
  default: string | undefined
  help: string
}

/** Settings cannot be used; the message names each of them and what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'
}

/** All settings in the order in which they are documented. */
export function listSettings(): Setting[] {
  return Object.entries(SETTINGS.shape).map(([name, schema]) => ({
    name: name as SettingName,
    flag: `--${kebab(name)}`,
    variable: variableOf(name),
    kind: kindOf(schema),
    default: defaultOf(schema),
    help: schema.description ?? '',
  }))
}

/** The places where settings come from. The first that has a setting decides. */
export interface ConfigSources {
  /** From the command line, by name. */
  flags?: Readonly<Record<string, unknown>>
  env?: Readonly<Record<string, string | undefined>>
  /** From the file, by name. */
  file?: Readonly<Record<string, unknown>>
}

/**
 * Reads the settings: a flag wins over an environment variable, a variable over the file, the file
 * over the default. An empty variable counts as absent.
 *
 * @throws ConfigError
 */
export function readConfig({ flags = {}, env = {}, file = {} }: ConfigSources): Config {
  const chosen: Record<string, unknown> = { ...file }
  const origins: Record<string, string> = {}
  for (const { name, flag, variable } of listSettings()) {
    if (name in file) origins[name] = `${name} (file)`
    if (env[variable]) [chosen[name], origins[name]] = [env[variable], variable]
    if (flags[name] !== undefined) [chosen[name], origins[name]] = [flags[name], flag]
  }
  const outcome = SETTINGS.safeParse(chosen)
  if (outcome.success) return checkTogether(outcome.data)
  throw new ConfigError(outcome.error.issues.map((issue) => explain(issue, origins)).join('\n'))
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username + password === ''
}

/** Whether a text is exactly what browsers send as the origin of an http(s) page. */
function isOrigin(text: string): boolean {
  return isPublicUrl(text) && new URL(text).origin === text
}

/** Checks settings that depend on each other. */
function checkTogether(config: Config): Config {
  const { coauth, ocsUrl, rtcUrl, discovery } = config
  // For Office, an empty address means no coauthoring at all (page "checkfileinfo-csppp").
  const known = (url: string) => URL.canParse(url) || (url === '' && discovery !== '')
  if (coauth.length > 0 && !(known(ocsUrl) && known(rtcUrl)))
    throw new ConfigError(
      "coauth needs discovery, or ocsUrl and rtcUrl: give the address of Office's discovery, or " +
        'those of its actions `collab` and `rtc`, such as --ocs-url https://… --rtc-url https://…',
    )
  if (config.trialSignIn && /[=,]/.test(config.publicUrl ?? ''))
    throw new ConfigError(
      'publicUrl must not contain = or , when trialSignIn is on: Office cuts addresses there',
    )
  if (config.garbageDelay < GARBAGE_DELAY_MIN_MS)
    throw new ConfigError('garbageDelay must be at least 1h: a save in progress may take as long')
  return config
}

/**
 * Reads the settings of a JSON file.
 *
 * @throws ConfigError when the file cannot be read or is not a JSON object
 */
export async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is not a JSON object' : String(error)
    throw new ConfigError(`The configuration file ${path} cannot be read: ${reason}`)
  }
}

function explain(issue: z.core.$ZodIssue, origins: Record<string, string>): string {
  if (issue.code === 'unrecognized_keys')
    return `Unknown settings in the file: ${issue.keys.join(', ')}; see docs/configuration.md`
  const name = String(issue.path[0])
  return `${origins[name] ?? name} ${issue.message}`
}

type AnySetting = (typeof SETTINGS.shape)[SettingName]

function kindOf(schema: z.core.$ZodType): string {
  const kind = SETTING_KINDS.get(schema)?.kind
  if (kind) return kind
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType }
  return innerType ? kindOf(innerType) : 'text'
}

function defaultOf(schema: AnySetting): string | undefined {
  const { type, defaultValue } = schema._zod.def as { type: string; defaultValue?: unknown }
  return type === 'prefault' ? String(defaultValue) : undefined
}

function variableOf(name: string): string {
  return `WOPIKIT_${kebab(name).replaceAll('-', '_').toUpperCase()}`
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
