import type { Action } from './discovery.ts'
import { DiscoveryError } from './discovery-error.ts'

/** Values for the address of an action. The client is not told values that are left out. */
export interface ActionUrlOptions {
  /** Address of the file at the host, without a token. */
  wopiSrc: string
  /** Language of the user interface, such as `de-DE`; Collabora, without placeholders, gets `lang`. */
  uiLanguage?: string
  /** Language of data, such as the form of dates. */
  dataLanguage?: string
  /** Whether the client is embedded in another page. The action `embedview` implies it. */
  embedded?: boolean
  /** Whether the attendee of a broadcast may not leave the presenter's slide. */
  disableAsync?: boolean
  /** Whether the presentation may not be broadcast. */
  disableBroadcast?: boolean
  disableChat?: boolean
  fullScreen?: boolean
  /** The host's own name of the session, for logs. */
  hostSessionId?: string
  recording?: boolean
  /** 1 is light, 2 is dark. */
  themeId?: 1 | 2
  perfStats?: boolean
  /** Whether Office checks the user's licence. CheckFileInfo then needs a HostEditUrl. */
  businessUser?: boolean
  /** Which tests Microsoft's validator runs. */
  validatorTestCategory?: 'All' | 'OfficeOnline' | 'OfficeNativeClient'
  /** Comes back as X-WOPI-SessionContext. */
  sessionContext?: string
  /**
   * Further parameters, such as those that begin with `wd` on the host page. One that the address
   * has already is left out: clients that find a parameter twice take neither.
   */
  parameters?: Readonly<Record<string, string>>
}

/** Length that an address must stay below, in bytes: page "WOPI discovery". */
export const ACTION_URL_MAX_BYTES = 2048
const WOPI_SOURCE = /<[^<>]*=WOPI_SOURCE&?>/
const PLACEHOLDER = /<([^<>]*)>/g
/** ONLYOFFICE has the placeholders of Office, and compares with `1` what Office calls `true`. */
const ONLYOFFICE = /\/hosting\/wopi\//i
const COLLABORA = /\/(cool|loleaflet)\.html(\?|$)/i

/**
 * The address at which a browser opens an action, with its placeholders filled in or removed (page
 * "WOPI discovery"). Clients without a placeholder for the file get the parameter `WOPISrc`.
 *
 * @throws DiscoveryError `ACTION_URL_TOO_LONG`
 *
 * @example
 * ```ts
 * import { actionUrl } from 'wopikit/protocol'
 *
 * const urlsrc = 'https://office.example/edit?<ui=UI_LLCC&><wopisrc=WOPI_SOURCE&>'
 * const url = actionUrl({ urlsrc }, { wopiSrc: 'https://docs.example.com/wopi/files/1' })
 *
 * assert.match(url, /^https:\/\/office\.example\/edit\?wopisrc=https%3A%2F%2Fdocs\.example\.com/i)
 * ```
 */
export function actionUrl({ urlsrc }: Pick<Action, 'urlsrc'>, options: ActionUrlOptions): string {
  const values = placeholderValues(options, ONLYOFFICE.test(urlsrc) ? '1' : 'true')
  const own = parameterNames(urlsrc.replace(PLACEHOLDER, ''))
  const filled = urlsrc.replace(PLACEHOLDER, (_, text: string) => fill(text, { values, own }))
  const said = parameterNames(filled)
  const lang = COLLABORA.test(urlsrc) ? options.uiLanguage : undefined
  const wanted = Object.entries({ ...(lang && { lang }), ...options.parameters })
  const more = new Map(wanted.filter(([name]) => !said.has(name.toLowerCase())))
  if (!WOPI_SOURCE.test(urlsrc)) more.set('WOPISrc', options.wopiSrc)
  const url = append(filled, more)
  const bytes = new TextEncoder().encode(url).length
  if (bytes < ACTION_URL_MAX_BYTES) return url
  throw new DiscoveryError(
    'ACTION_URL_TOO_LONG',
    `The address of the action has ${bytes} bytes; it must have less than ${ACTION_URL_MAX_BYTES}`,
  )
}

/** Names of the parameters of an address, in lower case. */
function parameterNames(url: string): ReadonlySet<string> {
  const query = url.slice(url.indexOf('?') + 1)
  return new Set([...new URLSearchParams(query).keys()].map((name) => name.toLowerCase()))
}

/**
 * `name=PLACEHOLDER` or `name=PLACEHOLDER&` with its value, or nothing: also where the address has
 * that parameter of its own, as in ONLYOFFICE's `embed=1`.
 */
function fill(
  text: string,
  { values, own }: { values: ReadonlyMap<string, string>; own: ReadonlySet<string> },
): string {
  const [, name = '', placeholder = '', ampersand] = /^([^=]*)=([^&]*)(&?)$/.exec(text) ?? []
  const value = values.get(placeholder)
  if (value === undefined || own.has(name.toLowerCase())) return ''
  return `${name}=${encodeURIComponent(value)}${ampersand}`
}

function placeholderValues(
  options: ActionUrlOptions,
  embedded: string,
): ReadonlyMap<string, string> {
  const values: [placeholder: string, value: string | undefined][] = [
    ['WOPI_SOURCE', options.wopiSrc],
    ['UI_LLCC', options.uiLanguage],
    ['DC_LLCC', options.dataLanguage],
    ['EMBEDDED', flag(options.embedded, embedded)],
    ['DISABLE_ASYNC', flag(options.disableAsync)],
    ['DISABLE_BROADCAST', flag(options.disableBroadcast)],
    ['DISABLE_CHAT', flag(options.disableChat, '1')],
    ['FULLSCREEN', flag(options.fullScreen)],
    ['HOST_SESSION_ID', options.hostSessionId],
    ['RECORDING', flag(options.recording)],
    ['THEME_ID', options.themeId?.toString()],
    ['PERFSTATS', flag(options.perfStats)],
    ['BUSINESS_USER', flag(options.businessUser, '1')],
    ['VALIDATOR_TEST_CATEGORY', options.validatorTestCategory],
    ['SESSION_CONTEXT', options.sessionContext],
  ]
  return new Map(values.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function flag(wanted: boolean | undefined, value = 'true'): string | undefined {
  return wanted ? value : undefined
}

function append(url: string, parameters: ReadonlyMap<string, string>): string {
  let appended = url
  for (const [name, value] of parameters) {
    const separator = /[?&]$/.test(appended) ? '' : appended.includes('?') ? '&' : '?'
    appended += `${separator}${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  }
  return appended
}
