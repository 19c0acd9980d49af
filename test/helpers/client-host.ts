import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHost } from '../../src/http/create-host.ts'
import type { NodeListener } from '../../src/http/node-listener.ts'
import type { Grant, Permission } from '../../src/ports/access.ts'
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
  const metadata = createMemoryMetadataStore({ now: () => now })
  const host = createHost({
    publicUrl: 'http://127.0.0.1',
    metadata,
    blobs: createMemoryBlobStore(),
    access: { authenticate: async (token) => grantOf(token) },
    containers: false,
    log: LOG,
  })
  let server = await listen(host.node, 0)
  const { port } = server.address() as AddressInfo
  let documents = 0

  return {
    async add(bytes) {
      documents += 1
      const fileId = `doc${documents}`
      await host.documents.create({
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
      server = await listen(host.node, port)
    },
    async close() {
      await close(server)
      await host.close()
      await metadata.close()
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function grantOf(token: string): Grant | undefined {
  if (token !== 'write' && token !== 'read') return undefined
  const permissions: ReadonlySet<Permission> = new Set([token])
  return { userId: 'ada', displayName: 'Ada', permissions, expiresAt: 0 }
}

async function listen(listener: NodeListener, port: number): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
