import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { addEmptyDocuments } from '../documents.ts'
import { type Connection, expectStatus, headerOf, openConnection } from '../load/connection.ts'
import { buildFrames } from '../load/frames.ts'
import { createSession, sendFragments } from '../load/wopi.ts'
import { measureInTurn, median, medianRatio, megabytesPerSecond, timed } from '../measure.ts'
import { memoryRow } from '../memory.ts'
import { startFloor, startWopikit, type Target } from '../processes.ts'
import { type Row, type RowGroup, ratioRow } from '../row.ts'
import type { Settings } from '../settings.ts'
import { createCosts, type UploadCosts } from '../upload-costs.ts'

const KIB = 1024
const MIB = 1024 * KIB
const FRAME_BYTES = MIB
/** What is uploaded: fragments, by how many clients, and how much better than each floor. */
const LOADS = [
  { bytes: 8 * MIB, label: '8 MiB', clients: 1, durable: 1.2, tus: 1.2 },
  { bytes: 8 * MIB, label: '8 MiB', clients: 8, durable: 1.2, tus: 1.2 },
  { bytes: 256 * KIB, label: '256 KiB', clients: 1, durable: 1, tus: 1 },
  { bytes: 256 * KIB, label: '256 KiB', clients: 8, durable: 1.3, tus: 1.3 },
  { bytes: 16 * KIB, label: '16 KiB', clients: 8, durable: 2, tus: 1 },
]
/** Of the usual bytes, as much comes in fragments below 64 KiB: each is a request. */
const SMALL_SHARE = 1 / 16
const SMALL_BYTES = 64 * KIB

/** Sends one client's share; `prepare` has opened what it needs. */
type Upload = (share: Uint8Array) => Promise<void>
/** Gets a client ready to upload over its own connection. */
type Prepare = (connection: Connection, client: number) => Promise<Upload>

interface Load {
  clients: number
  fragmentBytes: number
  bytes: Buffer
}

/** Upload sessions against a bare durable loop and against a tus server, with the same fragments. */
export const ingestRows: RowGroup[] = LOADS.map((load) => ({
  name: `ingest ${load.label} × ${load.clients}`,
  measure: (settings: Settings) => measureIngest(settings, load),
}))

async function measureIngest(settings: Settings, wanted: (typeof LOADS)[number]) {
  const { clients, label } = wanted
  const share = wanted.bytes < SMALL_BYTES ? SMALL_SHARE : 1
  const totalBytes = settings.largeBytes * share
  const frameBytes = Math.min(FRAME_BYTES, totalBytes / clients)
  const { bytes } = buildFrames({ totalBytes, frameBytes })
  const load: Load = { clients, fragmentBytes: wanted.bytes, bytes }
  const memory: number[] = []
  const costs = { ours: createCosts(load), durable: createCosts(load) }
  const { ours, durable, segments, tus } = await measureInTurn(settings.rounds, {
    ours: () => intoWopikit(settings, load, memory, costs.ours),
    durable: () => intoFloor('durable-loop.ts', settings, load, durableClient(load), costs.durable),
    segments: () => intoFloor('segment-loop.ts', settings, load, durableClient(load)),
    tus: () => intoFloor('tus.ts', settings, load, tusClient(load)),
  })
  const name = `Session ingest, ${label} fragments, ${plural(clients)}`
  const values = (floor: number[]) => ({
    unit: 'MB/s',
    value: median(ours),
    floor: median(floor),
    ratio: medianRatio(ours, floor),
  })
  const segmentRow: Row = {
    ...values(segments),
    name: `${name}, against a segment loop`,
    aim: null,
    met: null,
  }
  return [
    ratioRow({
      name: `${name}, against a durable loop`,
      ...values(durable),
      atLeast: wanted.durable,
    }),
    segmentRow,
    ratioRow({ name: `${name}, against @tus/server`, ...values(tus), atLeast: wanted.tus }),
    ...costs.ours.rows(name, costs.durable),
    memoryRow(name, memory),
  ]
}

function plural(clients: number): string {
  return clients === 1 ? '1 client' : `${clients} clients`
}

async function intoWopikit(
  settings: Settings,
  load: Load,
  memory: number[],
  costs: UploadCosts,
): Promise<number> {
  const place = await mkdtemp(join(settings.folder, 'ingest-'))
  try {
    const dataDir = join(place, 'data')
    const tickets = await addEmptyDocuments(dataDir, load.clients)
    await using target = await startWopikit(dataDir)
    const speed = await upload(
      target,
      load,
      async (connection, client) => {
        const ticket = tickets[client]
        if (!ticket) throw new RangeError(`no document for client ${client}`)
        const token = await createSession(connection, ticket)
        const { fragmentBytes } = load
        return (bytes) => sendFragments({ connection, ticket, token, bytes, fragmentBytes })
      },
      costs,
    )
    memory.push(await target.peakMemory())
    return speed
  } finally {
    await rm(place, { recursive: true })
  }
}

async function intoFloor(
  program: string,
  settings: Settings,
  load: Load,
  prepare: Prepare,
  costs?: UploadCosts,
): Promise<number> {
  await using target = await startFloor(program, settings.folder)
  return await upload(target, load, prepare, costs)
}

function durableClient({ fragmentBytes }: Load): Prepare {
  return async (connection) => async (share) => {
    for (let offset = 0; offset < share.length; offset += fragmentBytes) {
      const fragment = share.subarray(offset, offset + fragmentBytes)
      expectStatus(await connection.send('POST / HTTP/1.1\r\n', fragment), 200)
    }
  }
}

function tusClient({ fragmentBytes, bytes, clients }: Load): Prepare {
  return async (connection) => {
    const length = bytes.length / clients
    const create = `POST /files HTTP/1.1\r\nTus-Resumable: 1.0.0\r\nUpload-Length: ${length}\r\n`
    const created = expectStatus(await connection.send(create), 201)
    const path = new URL(headerOf(created, 'Location')).pathname
    return async (share) => {
      for (let offset = 0; offset < share.length; offset += fragmentBytes) {
        const head = `PATCH ${path} HTTP/1.1\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: ${offset}\r\n`
        const type = 'Content-Type: application/offset+octet-stream\r\n'
        const fragment = share.subarray(offset, offset + fragmentBytes)
        expectStatus(await connection.send(head + type, fragment), 204)
      }
    }
  }
}

/** Uploads with all clients at once. @returns MB/s; opening sessions and a warm-up do not count */
async function upload(
  target: Target,
  load: Load,
  prepare: Prepare,
  costs?: UploadCosts,
): Promise<number> {
  const { bytes, clients } = load
  const share = bytes.length / clients
  const connections = await Promise.all(
    Array.from({ length: clients }, () => openConnection(target.origin)),
  )
  const uploads = await Promise.all(connections.map((connection, n) => prepare(connection, n)))
  const before = await target.costs({ reset: true })
  const ms = await timed(() =>
    Promise.all(uploads.map((send, n) => send(bytes.subarray(n * share, (n + 1) * share)))),
  )
  costs?.add(before, await target.costs())
  for (const connection of connections) connection.close()
  return megabytesPerSecond(bytes.length, ms)
}
