/**
 * The least that durable ingest can cost: every request's body becomes a file, is synced, gets its
 * name, the folder is synced, and a row in SQLite tells of it before the reply.
 */
import { open, rename } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ownFolder, serve } from './serve.ts'

const folder = ownFolder()
const database = new DatabaseSync(join(folder, 'rows.db'))
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
database.exec('CREATE TABLE fragments (name TEXT PRIMARY KEY, length INTEGER NOT NULL)')
const insert = database.prepare('INSERT INTO fragments (name, length) VALUES (?, ?)')
const directory = await open(folder)
let count = 0

async function keep(request: IncomingMessage): Promise<void> {
  const name = join(folder, String(count))
  count += 1
  const file = await open(`${name}.part`, 'wx')
  let length = 0
  try {
    for await (const chunk of request) {
      await file.write(chunk)
      length += chunk.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${name}.part`, name)
  await directory.sync()
  insert.run(name, length)
}

serve(
  createServer((request, response) => {
    keep(request).then(
      () => response.end(),
      (error) => response.writeHead(500).end(String(error)),
    )
  }),
)
