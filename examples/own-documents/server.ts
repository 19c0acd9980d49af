/**
 * An application that has its documents already, in a table and a folder of its own, and lets Office
 * edit them through wopikit without moving one of them. See README.md.
 *
 *   node examples/own-documents/server.ts [--port 3000] [--data data/own-documents]
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createFileBlobStore } from '../../src/file.ts'
import { createHost } from '../../src/index.ts'
import { createSqliteMetadataStore } from '../../src/sqlite.ts'
import { addDocument, createSource } from './documents.ts'
import { createTree } from './folders.ts'
import { answer } from './pages.ts'
import { openStorage, ROOT, type Storage } from './storage.ts'
import { createAccess } from './users.ts'

/**
 * Time that saves have to reach the table when the application ends, in ms. One that a killed process
 * was at comes again after ten seconds.
 */
const CLOSE_LIMIT_MS = 20_000

/** The application while it runs. */
export interface RunningApplication {
  url: string
  /** Waits until every save is in the application's table. */
  delivered(): Promise<void>
  close(): Promise<void>
}

export async function startApplication(options: {
  port: number
  data: string
}): Promise<RunningApplication> {
  const storage = openStorage(options.data)
  await addSample(storage)
  const server = createServer()
  const url = await listen(server, options.port)

  const access = createAccess(storage)
  const metadata = createSqliteMetadataStore({ path: join(options.data, 'wopikit.db') })
  const host = createHost({
    publicUrl: url,
    basePath: '/office',
    metadata,
    blobs: createFileBlobStore({ directory: join(options.data, 'blobs') }),
    access,
    documents: createSource(storage, createTree(storage)),
    log: { debug() {}, info() {}, warn: console.warn, error: console.error },
    pages: {
      view: ({ fileId }) => `${url}/documents/${fileId}`,
      edit: ({ fileId }) => `${url}/documents/${fileId}/edit`,
      container: () => `${url}/`,
      share: ({ fileId }, type) => `${url}/documents/${fileId ?? ''}?share=${type}`,
    },
    // Office itself needs the two addresses that Microsoft's discovery names for this tenant.
    coauth: {
      extensions: ['*'],
      officeCollaborationServiceEndpointUrl: 'https://collab.example/',
      realTimeChannelEndpointUrl: 'https://rtc.example/',
      fileGeoLocationCode: '',
      sharingStatus: 'Shared',
    },
  })
  host.configureServer(server)
  server.on('request', (request, response) => {
    host.node(request, response, () => {
      answer({ storage, access, host }, request, response).catch((error) => {
        console.error(error)
        response.destroy()
      })
    })
  })
  host.start()

  return {
    url,
    delivered: () => host.documents.settled(),
    async close() {
      // What is not delivered by then is delivered after the next start.
      const signal = AbortSignal.timeout(CLOSE_LIMIT_MS)
      await host.documents.settled({ signal }).catch(() => {})
      await host.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await metadata.close()
      storage.database.close()
    },
  }
}

/** A document for Microsoft's validator, whose tests want this extension. */
async function addSample(storage: Storage): Promise<void> {
  const name = 'sample.wopitest'
  if (storage.database.prepare('SELECT 1 FROM documents WHERE name = ?').get(name)) return
  async function* content() {
    yield new TextEncoder().encode('A document that stays where it is.\n')
  }
  const stored = await storage.store(content())
  addDocument(storage, { name, folder: ROOT, owner: 'ada' }, stored)
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '3000' },
      data: { type: 'string', default: 'data/own-documents' },
    },
  })
  const { url, close } = await startApplication({ port: Number(values.port), data: values.data })
  console.log(JSON.stringify({ url }))
  process.once('SIGTERM', close)
  process.once('SIGINT', close)
}
