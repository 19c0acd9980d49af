import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ticket } from '../../test/helpers/wopikit-process.ts'
import { addEmptyDocuments } from '../documents.ts'
import { openConnection } from '../load/connection.ts'
import { drain } from '../load/download.ts'
import { buildFrames, type FrameStream } from '../load/frames.ts'
import {
  createSession,
  getChunkedFileBody,
  putChunkedFile,
  putChunkedFileBody,
  putFile,
  sendFragments,
} from '../load/wopi.ts'
import { measureInTurn, median, medianRatio, megabytesPerSecond, timed } from '../measure.ts'
import { memoryRow } from '../memory.ts'
import { startFloor, startWopikit, type Target } from '../processes.ts'
import { type Row, type RowGroup, ratioRow } from '../row.ts'
import type { Settings } from '../settings.ts'

const KIB = 1024
const MIB = 1024 * KIB
const FIRST_SEQUENCE_NUMBER = 1
const ORIGINS = [
  { label: 'by PutFile', fragmentBytes: undefined, atLeast: 0.9 },
  { label: 'by 8 MiB fragments', fragmentBytes: 8 * MIB, atLeast: 0.9 },
  { label: 'by 256 KiB fragments', fragmentBytes: 256 * KIB, atLeast: 0.7 },
]

/** Whole documents, by how they came, against streaming a file of the same size. */
export const downloadRows: RowGroup = {
  name: 'download',
  async measure(settings) {
    const dataDir = join(settings.folder, 'download', 'data')
    const stream = buildFrames({ totalBytes: settings.largeBytes, frameBytes: MIB })
    const file = join(settings.folder, 'plain.bin')
    await writeFile(file, stream.bytes)
    const tickets = await addEmptyDocuments(dataDir, ORIGINS.length)
    await fill(dataDir, tickets, stream)
    await using floor = await startFloor('file-streaming.ts', settings.folder, file)
    const rows: Row[] = []
    for (const [index, origin] of ORIGINS.entries()) {
      const ticket = tickets[index]
      if (!ticket) throw new RangeError(`no document ${origin.label}`)
      for (const operation of ['GetFile', 'GetChunkedFile'] as const) {
        const name = `${operation} of what came ${origin.label}`
        settings.progress(`  ${name}`)
        rows.push(
          ...(await measureDownload(settings, {
            dataDir,
            ticket,
            operation,
            floor,
            name,
            atLeast: origin.atLeast,
          })),
        )
      }
    }
    await rm(dataDir, { recursive: true })
    return rows
  },
}

/** Brings the three documents their content. */
async function fill(dataDir: string, tickets: readonly Ticket[], stream: FrameStream) {
  await using target = await startWopikit(dataDir)
  for (const [index, { fragmentBytes }] of ORIGINS.entries()) {
    const connection = await openConnection(target.origin)
    const ticket = tickets[index]
    if (!ticket) throw new RangeError('a document is missing')
    if (fragmentBytes === undefined) {
      await putFile(connection, ticket, {}, stream.bytes)
    } else {
      const token = await createSession(connection, ticket)
      await sendFragments({ connection, ticket, token, bytes: stream.bytes, fragmentBytes })
      const body = putChunkedFileBody({ chunks: stream.chunks, sessionToken: token })
      await putChunkedFile(connection, ticket, { SequenceNumber: FIRST_SEQUENCE_NUMBER }, body)
    }
    connection.close()
  }
}

async function measureDownload(
  settings: Settings,
  options: {
    dataDir: string
    ticket: Ticket
    operation: 'GetFile' | 'GetChunkedFile'
    floor: Target
    name: string
    atLeast: number
  },
): Promise<Row[]> {
  const { dataDir, ticket, operation, floor, name, atLeast } = options
  await using target = await startWopikit(dataDir)
  const speeds = {
    ours: () => downloadSpeed(() => download(target.origin, ticket, operation)),
    bare: () => downloadSpeed(() => drain(floor.origin)),
  }
  const { ours, bare } = await measureInTurn(settings.rounds, speeds, { warmUp: true })
  const values = { value: median(ours), floor: median(bare), ratio: medianRatio(ours, bare) }
  return [
    ratioRow({ name: `${name}, against streaming a file`, unit: 'MB/s', ...values, atLeast }),
    memoryRow(name, [await target.peakMemory()]),
  ]
}

function download(origin: string, ticket: Ticket, operation: 'GetFile' | 'GetChunkedFile') {
  const url = `${origin}${ticket.path}`
  const query = `?access_token=${ticket.token}`
  if (operation === 'GetFile') return drain(`${url}/contents${query}`)
  const headers = { 'X-WOPI-Override': 'GET_CHUNKED_FILE' }
  return drain(`${url}${query}`, { headers, body: getChunkedFileBody() })
}

async function downloadSpeed(work: () => Promise<number>): Promise<number> {
  let bytes = 0
  const ms = await timed(async () => {
    bytes = await work()
  })
  return megabytesPerSecond(bytes, ms)
}
