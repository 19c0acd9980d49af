import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { readNetworkFailure, TLS_SPOKEN } from '../client/network-failure.ts'

/** How long to wait for a host that may speak TLS, in ms. */
const TLS_LIMIT_MS = 3000

/**
 * A `fetch` that detects a host that speaks TLS at an address of plain HTTP: such hosts answer 400,
 * or only close the connection. It then rejects with the code `TLS_SPOKEN`.
 */
export function createTellingFetch(send: typeof fetch = fetch): typeof fetch {
  let hasAnswered = false

  async function isWrongScheme(input: Parameters<typeof fetch>[0]): Promise<boolean> {
    const address = input instanceof Request ? input.url : input
    return !hasAnswered && (await isTlsInstead(new URL(address)))
  }

  return async (input, init) => {
    const reply = await send(input, init).catch(async (error) => {
      if (init?.signal?.aborted || !(await isWrongScheme(input))) throw error
      throw tlsSpoken()
    })
    if (reply.status === 400 && (await isWrongScheme(input))) {
      await reply.body?.cancel()
      throw tlsSpoken()
    }
    hasAnswered = true
    return reply
  }
}

/** A message that says why there is no answer from an address. */
export async function whyNoAnswer(address: string, failure: unknown): Promise<string> {
  const isWrong = await isTlsInstead(new URL(address))
  return readNetworkFailure(isWrong ? tlsSpoken() : failure).words
}

/** Whether an address of plain HTTP answers a TLS handshake; any certificate will do. */
export function isTlsInstead({ protocol, hostname, port }: URL): Promise<boolean> {
  if (protocol !== 'http:') return Promise.resolve(false)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const servername = isIP(host) ? {} : { servername: host }
    const options = { host, port: Number(port || 80), rejectUnauthorized: false, ...servername }
    const socket = connect(options)
    const end = (speaks: boolean) => {
      socket.destroy()
      resolve(speaks)
    }
    socket.setTimeout(TLS_LIMIT_MS, () => end(false))
    socket.once('secureConnect', () => end(true))
    socket.once('close', () => end(false))
    // A server that refuses a handshake with a TLS alert speaks TLS.
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code?.startsWith('ERR_SSL_') === true && error.code.includes('ALERT')),
    )
  })
}

function tlsSpoken(): Error {
  return Object.assign(new TypeError('The host speaks TLS at this address'), { code: TLS_SPOKEN })
}
