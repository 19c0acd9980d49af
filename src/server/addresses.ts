import type { IncomingMessage } from 'node:http'
import { loggedText } from '../host/logged.ts'
import { checkPublicUrl, isPublicUrl } from '../http/mount.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'
import { ServerError } from './errors.ts'

/**
 * Addresses that stand for all addresses of a machine, as `URL` writes them; no client can connect
 * to them.
 */
const ANY_ADDRESS = new Set(['0.0.0.0', '[::]', '[::ffff:0:0]'])
/** Names that every machine uses for itself. */
const OWN_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * The address by which clients reach a server: `publicUrl`, or the address where it listens. It has
 * the form of `URL`, which clients sign: in lower case, without a default port.
 *
 * @throws ServerError ADDRESS_UNUSABLE when `host` gives no address
 */
export function publicUrlOf(
  { publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>,
  port: number,
): string {
  if (publicUrl !== undefined) return checkPublicUrl(publicUrl)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  if (!isPublicUrl(url))
    throw new ServerError('ADDRESS_UNUSABLE', `${host} is not part of a URL`, {
      fix: 'Set --public-url to the address by which clients reach this host.',
    })
  return ANY_ADDRESS.has(new URL(url).hostname)
    ? checkPublicUrl(`http://localhost:${port}`)
    : checkPublicUrl(url)
}

/**
 * What is wrong with the address that clients get, or `undefined`. A server that other machines can
 * reach needs `publicUrl`: without it, their clients would look for documents on their own machine.
 */
export function addressProblem(
  config: Pick<Config, 'publicUrl' | 'host'>,
  url: string,
): string | undefined {
  const isGuess = config.publicUrl === undefined && OWN_NAME.test(new URL(url).hostname)
  if (!isGuess || OWN_NAME.test(hostnameOf(config.host))) return undefined
  return (
    `Clients get addresses at ${url}, which only this machine can reach. ` +
    'Set publicUrl, for example --public-url https://docs.example.com'
  )
}

/** Whether only the machine itself can reach a server that listens on this address. */
export function isOwnMachine(host: string): boolean {
  return OWN_NAME.test(hostnameOf(host))
}

/**
 * Warns about the first client that uses another name for the server than the server gives to
 * clients, as happens behind a proxy. Does nothing when `publicUrl` is set.
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
      'A client uses another address for this host: set publicUrl to the address that clients use',
    )
  }
}

/** The host name of `host`, `host:port` or a bare IPv6 address; any other text stays as it is. */
function hostnameOf(host: string): string {
  const text = /:.*:/.test(host) && !host.startsWith('[') ? `[${host}]` : host
  return URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : host
}

/** The WOPISrc of a document, for commands beside the server. */
export function wopiSrcOf(config: Config, fileId: string): string {
  return `${baseUrlOf(config)}/wopi/files/${fileId}`
}

/** The address of a container, for commands beside the server. */
export function containerSrcOf(config: Config, containerId: string): string {
  return `${baseUrlOf(config)}/wopi/containers/${containerId}`
}

function baseUrlOf(config: Config): string {
  return `${publicUrlOf(config, config.port)}${config.basePath}`
}
