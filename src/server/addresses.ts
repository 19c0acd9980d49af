import type { IncomingMessage } from 'node:http'
import { loggedText } from '../host/logged.ts'
import { checkPublicUrl, isPublicUrl } from '../http/mount.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'
import { ServerError } from './errors.ts'

/** Addresses that mean all of a machine's, as `URL` writes them; no client can be sent there. */
const ANY_ADDRESS = new Set(['0.0.0.0', '[::]', '[::ffff:0:0]'])
/** Names that every machine has for itself. */
const OWN_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * The address by which clients reach a server: what is set, or where it listens. It is written as
 * `URL` writes it, as clients do that sign it: without a default port, in lower case.
 *
 * @throws ServerError ADDRESS_UNUSABLE for a `host` that no address can be made of
 */
export function publicUrlOf(
  { publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>,
  port: number,
): string {
  if (publicUrl !== undefined) return checkPublicUrl(publicUrl)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  if (!isPublicUrl(url))
    throw new ServerError('ADDRESS_UNUSABLE', `clients cannot be sent to ${host}`, {
      fix: 'Give the address by which clients reach this host with --public-url.',
    })
  return ANY_ADDRESS.has(new URL(url).hostname)
    ? checkPublicUrl(`http://localhost:${port}`)
    : checkPublicUrl(url)
}

/**
 * What is wrong with the address that clients are told, or `undefined`: a server that lets other
 * machines in, and was not told by which name, sends them to themselves.
 */
export function addressProblem(
  config: Pick<Config, 'publicUrl' | 'host'>,
  url: string,
): string | undefined {
  const isGuess = config.publicUrl === undefined && OWN_NAME.test(new URL(url).hostname)
  if (!isGuess || OWN_NAME.test(hostnameOf(config.host))) return undefined
  return (
    `Clients are told to find documents at ${url}, where only this machine finds them. ` +
    'Set publicUrl, such as --public-url https://docs.example.com'
  )
}

/** Whether a server that listens on this address can be reached from its own machine only. */
export function isOwnMachine(host: string): boolean {
  return OWN_NAME.test(hostnameOf(host))
}

/**
 * Watches for clients that call a server by another name than it tells them, as behind a proxy, and
 * warns of the first one. There is nothing to watch for where `publicUrl` is set.
 */
export function createAddressWatch(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { url, log }: { url: string; log: Log },
): (request: IncomingMessage) => void {
  let isOver = publicUrl !== undefined || !OWN_NAME.test(new URL(url).hostname)
  return ({ headers: { host } }) => {
    if (isOver || host === undefined || OWN_NAME.test(hostnameOf(host))) return
    isOver = true
    log.warn(
      { calledAs: loggedText(host), url },
      'A client calls this host by another name: set publicUrl',
    )
  }
}

/** The host name of `host`, `host:port` or a bare address of IPv6; as it is when it is none. */
function hostnameOf(host: string): string {
  const text = /:.*:/.test(host) && !host.startsWith('[') ? `[${host}]` : host
  return URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : host
}

/** The WOPISrc of a document, as commands print it that run beside the server. */
export function wopiSrcOf(config: Config, fileId: string): string {
  return `${baseUrlOf(config)}/wopi/files/${fileId}`
}

/** The address of a container, as commands print it that run beside the server. */
export function containerSrcOf(config: Config, containerId: string): string {
  return `${baseUrlOf(config)}/wopi/containers/${containerId}`
}

function baseUrlOf(config: Config): string {
  return `${publicUrlOf(config, config.port)}${config.basePath}`
}
