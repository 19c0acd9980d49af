import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createContentServices } from '../../src/content/create-content.ts'
import { addDocument } from '../../src/content/saving/add-document.ts'
import { createOwnTree } from '../../src/content/trees/own-tree.ts'
import { createHandler, type Handler } from '../../src/host/handle.ts'
import { createNodeListener } from '../../src/http/node-listener.ts'
import { createLinks } from '../../src/operations/shared/links.ts'
import type { Log } from '../../src/ports/log.ts'
import { createMemoryBlobStore } from '../../src/stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../../src/stores/metadata/sqlite/in-memory.ts'

/** Failures of the host are failures of a test: they have to be seen. */
const LOG: Log = { debug() {}, info() {}, warn() {}, error: (...all) => console.error(...all) }

/** A real host on a real socket, over stores in memory, with a clock that tests move. */
export interface ClientHost {
  /** WOPISrc of a document with this content. */
  add(content: Uint8Array): Promise<string>
  advance(ms: number): void
  now(): number
  /** Closes the server and all its connections, and opens it on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function openClientHost(): Promise<ClientHost> {
  let now = Date.UTC(2026, 0, 1)
  const content = createContentServices({
    metadata: createMemoryMetadataStore({ now: () => now }),
    blobs: createMemoryBlobStore(),
  })
  const handler = createHandler({
    content,
    features: { uploadSessions: true, containers: false, pages: {} },
    tree: createOwnTree(content),
    links: createLinks('http://127.0.0.1'),
    access: {
      async authenticate(token) {
        if (token !== 'write' && token !== 'read') return undefined
        return {
          userId: 'ada',
          displayName: 'Ada',
          permissions: new Set([token] as const),
          expiresAt: 0,
        }
      },
    },
    log: { debug() {}, info() {}, warn() {}, error: (...all: unknown[]) => console.error(...all) },
  })
  let server = await listen(handler, 0)
  const { port } = server.address() as AddressInfo
  let documents = 0

  return {
    async add(bytes) {
      documents += 1
      const fileId = `doc${documents}`
      await addDocument(content, {
        fileId,
        name: 'Report.docx',
        ownerId: 'ada',
        content: once(bytes),
      })
      return `http://127.0.0.1:${port}/wopi/files/${fileId}`
    },
    advance(ms) {
      now += ms
    },
    now: () => now,
    async restart() {
      await close(server)
      server = await listen(handler, port)
    },
    async close() {
      await close(server)
      await content.metadata.close()
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function listen(handler: Handler, port: number): Promise<Server> {
  const server = createServer(createNodeListener({ handler, log: LOG }))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
