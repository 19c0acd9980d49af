import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { spawnServer, startServer, wopikit } from '../helpers/wopikit-process.ts'
import { createCoauthWriter } from './coauth-writer.ts'
import { digestOf, wholeContent } from './content.ts'
import { createDocumentClient } from './document-client.ts'
import { BrokenPromiseError, createLedger, FIRST_SEQUENCE_NUMBER, type Ledger } from './ledger.ts'
import type { Scene } from './scene.ts'
import { createSessionWriter } from './session-writer.ts'
import type { Writer } from './writer.ts'

const MAIN = join(import.meta.dirname, '../../examples/own-documents/server.ts')
const OWN_DOCUMENTS = 3
/** The example has two users. */
const USERS = ['ada', 'grace']

/** One document of the application, and what its clients know of it. */
interface Kept {
  id: string
  ledger: Ledger
}

/** A row of the application's own table of revisions. */
interface SavedRow {
  revision: string
  version: number
}

/**
 * The example application, which keeps its documents itself: what clients were told is saved must
 * come to its own table, in order and unchanged.
 */
export function createApplicationScene(dataDir: string): Scene {
  const options = { dataDir, command: [process.execPath, MAIN] as const, serve: [] }
  const kept: Kept[] = []

  async function add(origin: string, name: string, bytes: Uint8Array): Promise<string> {
    const init = { method: 'POST', body: new Uint8Array(bytes) }
    const reply = await fetch(`${origin}/documents?name=${name}&user=ada`, init)
    const { id } = (await reply.json()) as { id: string }
    return id
  }

  async function open(origin: string, id: string, user: string) {
    const reply = await fetch(`${origin}/documents/${id}/edit?user=${user}`)
    const { wopiSrc, accessToken } = (await reply.json()) as Record<string, string>
    return { fileId: id, token: accessToken ?? '', path: new URL(wopiSrc ?? '').pathname }
  }

  return {
    start: () => startServer(options),
    spawn: () => spawnServer(options),

    async createWriters(random, wire) {
      await using server = await startServer(options)
      const writers: Writer[] = []
      for (let index = 0; index <= OWN_DOCUMENTS; index += 1) {
        const shared = index === OWN_DOCUMENTS
        const name = shared ? 'shared' : `own${index}`
        const content = wholeContent(random)
        const id = await add(server.origin, name, content.bytes)
        const ledger = createLedger(name, FIRST_SEQUENCE_NUMBER, content)
        kept.push({ id, ledger })
        for (const user of shared ? USERS : USERS.slice(0, 1)) {
          const ticket = await open(server.origin, id, user)
          const client = createDocumentClient({ wire, ticket, ledger })
          const create = shared ? createCoauthWriter : createSessionWriter
          writers.push(create(client, random.fork(), `${user} at ${name}`))
        }
      }
      await server.end('SIGTERM')
      return writers
    },

    async check() {
      await wopikit(['verify', '--data', dataDir])
    },

    finish: () => checkTable(dataDir, kept),
  }
}

/** @throws BrokenPromiseError when a save is missing, out of order, or has other bytes */
async function checkTable(dataDir: string, kept: readonly Kept[]): Promise<void> {
  const database = new DatabaseSync(join(dataDir, 'application.db'))
  try {
    for (const { id, ledger } of kept) {
      const sql = 'SELECT revision, version FROM revisions WHERE document = ? ORDER BY number'
      const rows = database.prepare(sql).all(id) as unknown as SavedRow[]
      checkOrder(id, rows)
      await checkBytes(join(dataDir, 'revisions'), rows, ledger)
    }
  } finally {
    database.close()
  }
}

/** Each save once, in order, without a gap. */
function checkOrder(id: string, rows: readonly SavedRow[]): void {
  for (const [index, { version }] of rows.entries())
    if (version !== FIRST_SEQUENCE_NUMBER + 1 + index)
      throw new BrokenPromiseError(`${id}: save ${version} came as number ${index + 1}`)
}

async function checkBytes(
  folder: string,
  rows: readonly SavedRow[],
  ledger: Ledger,
): Promise<void> {
  const delivered = new Map(rows.map(({ version, revision }) => [version, revision]))
  for (const [version, { digest }] of ledger.states()) {
    if (version === FIRST_SEQUENCE_NUMBER) continue
    const revision = delivered.get(version)
    if (revision === undefined) throw new BrokenPromiseError(`save ${version} was never delivered`)
    if (digestOf(await readFile(join(folder, revision))) !== digest)
      throw new BrokenPromiseError(`save ${version} was delivered with other bytes`)
  }
}
