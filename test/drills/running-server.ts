import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/server/config.ts'
import { createLog } from '../../src/server/logging.ts'
import type { Permission } from '../../src/server/open-admin.ts'
import { type RunningServer, startServer } from '../../src/server/run.ts'

/** A server in this process on a data folder, and the lines that it has logged. */
export interface DrilledServer extends AsyncDisposable {
  server: RunningServer
  lines: string[]
  /** Adds a document. @returns its fileId */
  add(content: Uint8Array, name?: string): Promise<string>
  token(fileId: string, ...permissions: Permission[]): Promise<string>
  /** The path of a document with a token, to read and write it. */
  target(fileId: string): Promise<string>
}

/** Makes a data folder's name, calls `work` and removes the folder. */
export async function inFolder(work: (data: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-drill-'))
  try {
    await work(join(folder, 'data'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Starts a server on a data folder; disposing stops it. */
export async function startDrilled(
  data: string,
  options: { now?: () => number } = {},
): Promise<DrilledServer> {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => lines.push(line) })
  const config = readConfig({ file: { port: 0, data } })
  const server = await startServer(config, { log, ...options })

  async function token(fileId: string, ...permissions: Permission[]): Promise<string> {
    const who = { userId: 'ada', displayName: 'Ada', permissions, ttlMs: 100 * 24 * 3_600_000 }
    return (await server.access.mint({ ...who, fileId })).accessToken
  }

  return {
    server,
    lines,
    token,
    async add(content, name = 'report.bin') {
      const opened = async function* () {
        if (content.length > 0) yield content
      }
      return (await server.host.admin.add({ name, ownerId: 'ada', content: opened })).fileId
    },
    target: async (fileId) =>
      `/wopi/files/${fileId}?access_token=${await token(fileId, 'read', 'write')}`,
    async [Symbol.asyncDispose]() {
      server.cut()
      await server.close()
    },
  }
}

/** Sends a request and leaves as soon as the first bytes of the answer are there. */
export async function leaveEarly(url: string, target: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
  await once(socket, 'close')
}
