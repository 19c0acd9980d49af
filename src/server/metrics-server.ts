import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from './config.ts'
import { listen } from './http-server.ts'

/** A server of its own for metrics: what clients reach has no address for them. */
export interface MetricsServer {
  url: string
  close(): Promise<void>
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Serves metrics where the settings say; `undefined` where they say nothing.
 *
 * @param text makes the metrics, in the text format of Prometheus
 * @throws ServerError PORT_TAKEN, ADDRESS_UNUSABLE
 */
export async function serveMetrics(
  { metricsHost: host, metricsPort }: Pick<Config, 'metricsHost' | 'metricsPort'>,
  text: () => Promise<string>,
): Promise<MetricsServer | undefined> {
  if (metricsPort === undefined) return undefined
  const server = await listen({ host, port: metricsPort })
  server.unref()
  server.on('request', (request, response) => {
    answer(request, response, text).catch(() => response.destroy())
  })
  const { port } = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return { url: `http://${shown}:${port}/metrics`, close: () => closed(server) }
}

async function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  text: () => Promise<string>,
): Promise<void> {
  const found = method === 'GET' && url === '/metrics'
  const body = found ? await text() : ''
  response.writeHead(found ? 200 : 404, {
    'Content-Type': TYPE,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
