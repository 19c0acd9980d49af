import type { IncomingMessage, ServerResponse } from 'node:http'
import { originForm } from '../http/mount.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'

const PATH = '/health'

/** Whether a request asks for the health of the server. */
export function isHealthRequest({ method, url: sent = '' }: IncomingMessage): boolean {
  const url = originForm(sent)
  return (url === PATH || url.startsWith(`${PATH}?`)) && (method === 'GET' || method === 'HEAD')
}

/** Answers 200 when requests can be served, and 503 when they cannot or the server is stopping. */
export async function answerHealth(
  response: ServerResponse,
  { metadata, closing }: { metadata: Pick<MetadataStore, 'check'>; closing: boolean },
): Promise<void> {
  const status = closing ? 'stopping' : await checkStore(metadata)
  const body = JSON.stringify({ status })
  response.writeHead(status === 'ok' ? 200 : 503, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(closing && { Connection: 'close' }),
  })
  response.end(body)
}

/** The reason belongs into the store's log, not into the answer. */
function checkStore(metadata: Pick<MetadataStore, 'check'>): Promise<'ok' | 'failing'> {
  return metadata.check().then(
    () => 'ok',
    () => 'failing',
  )
}
