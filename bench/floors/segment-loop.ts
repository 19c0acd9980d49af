/**
 * The floor of a log: what many requests bring is appended to one file, with one write, one sync and
 * one transaction for all that wait. It cannot delete anything, and never begins another file.
 */
import { fdatasync, openSync, writev } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { ownFolder, serve } from './serve.ts'

interface Body {
  slices: Buffer[]
  length: number
  settled: PromiseWithResolvers<void>
}

const folder = ownFolder()
const database = new DatabaseSync(join(folder, 'rows.db'))
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
database.exec('CREATE TABLE fragments (place INTEGER PRIMARY KEY, length INTEGER NOT NULL)')
const insert = database.prepare('INSERT INTO fragments (place, length) VALUES (?, ?)')
const write = promisify(writev)
const sync = promisify(fdatasync)
const file = openSync(join(folder, 'segment'), 'wx')
let place = 0
let waiting: Body[] = []
let isRunning = false

async function run(): Promise<void> {
  isRunning = true
  while (waiting.length > 0) {
    const batch = waiting
    waiting = []
    try {
      await append(batch)
      for (const { settled } of batch) settled.resolve()
    } catch (error) {
      for (const { settled } of batch) settled.reject(error)
    }
  }
  isRunning = false
}

async function append(batch: readonly Body[]): Promise<void> {
  const start = place
  for (const { length } of batch) place += length
  const slices = batch.flatMap((body) => body.slices)
  const { bytesWritten } = await write(file, slices, start)
  if (bytesWritten !== place - start) throw new Error('the disk took only a part')
  await sync(file)
  database.exec('BEGIN IMMEDIATE')
  let at = start
  for (const { length } of batch) {
    insert.run(at, length)
    at += length
  }
  database.exec('COMMIT')
}

async function keep(request: IncomingMessage): Promise<void> {
  const slices: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    slices.push(chunk)
    length += chunk.length
  }
  const settled = Promise.withResolvers<void>()
  waiting.push({ slices, length, settled })
  if (!isRunning) void run()
  await settled.promise
}

serve(
  createServer((request, response) => {
    keep(request).then(
      () => response.end(),
      (error) => response.writeHead(500).end(String(error)),
    )
  }),
)
