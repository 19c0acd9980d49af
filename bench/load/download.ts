import { request } from 'node:http'

/**
 * Fetches an address and throws the body away.
 *
 * @returns how many bytes the body had
 */
export function drain(
  url: string,
  options: { headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, 'Content-Length': options.body?.length ?? 0 }
    const method = options.body ? 'POST' : 'GET'
    const sent = request(url, { method, headers: options.body ? headers : {} }, (reply) => {
      let bytes = 0
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      reply.on('error', reject)
      reply.on('end', () =>
        reply.statusCode === 200 && reply.complete
          ? resolve(bytes)
          : reject(new Error(`${url.split('?')[0]} answered ${reply.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(options.body)
  })
}
