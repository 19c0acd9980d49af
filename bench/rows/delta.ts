import { join } from 'node:path'
import type { Chunk } from '../../src/protocol/chunking/chunk.ts'
import type { Ticket } from '../../test/helpers/wopikit-process.ts'
import { addEmptyDocuments } from '../documents.ts'
import { type Connection, expectStatus, openConnection } from '../load/connection.ts'
import { buildFrames } from '../load/frames.ts'
import {
  createSession,
  putChunkedFile,
  putChunkedFileBody,
  putFile,
  readSequenceNumber,
  sendFragments,
  wopiHead,
} from '../load/wopi.ts'
import { measureInTurn, median, timed } from '../measure.ts'
import { memoryRow } from '../memory.ts'
import { startWopikit } from '../processes.ts'
import { limitRow, type Row, type RowGroup } from '../row.ts'

const CHANGED_BYTES = 50_000
const LARGE_CHUNKS = 10
const FRAGMENT_BYTES = 8 * 1024 * 1024
const LOCK = 'bench'
const AT_LEAST = 50
const WIRE_LIMIT = 1.02

/**
 * A small change in a large document that is mostly pictures and films: ten large chunks and one
 * that changes. By delta only that one travels; PutFile sends everything again.
 */
export const deltaRows: RowGroup = {
  name: 'delta',
  async measure({ rounds, deltaBytes, folder }) {
    const dataDir = join(folder, 'delta', 'data')
    const [delta, whole] = await addEmptyDocuments(dataDir, 2)
    if (!delta || !whole) throw new Error('a document is missing')
    await using target = await startWopikit(dataDir)
    const connection = await openConnection(target.origin)
    const large = buildFrames({ totalBytes: deltaBytes, frameBytes: deltaBytes / LARGE_CHUNKS })
    await uploadBase(connection, delta, large)
    await putFile(connection, whole, {}, large.bytes)
    for (const ticket of [delta, whole]) await lock(connection, ticket)
    const wire: number[] = []
    const times = await measureInTurn(rounds, {
      delta: () => saveDelta(connection, delta, large.chunks, wire),
      whole: () => timed(() => putFile(connection, whole, { Lock: LOCK }, large.bytes)),
    })
    connection.close()
    const peak = await target.peakMemory()
    return [...rowsOf(times, median(wire)), memoryRow('delta and PutFile', [peak])]
  },
}

function rowsOf(times: { delta: number[]; whole: number[] }, wire: number): Row[] {
  const value = median(times.delta)
  const floor = median(times.whole)
  const ratio = median(times.whole.map((ms, round) => ms / (times.delta[round] ?? Number.NaN)))
  const bytes = limitRow({
    name: 'The same, body bytes on the wire against changed bytes',
    unit: 'bytes',
    value: wire,
    floor: CHANGED_BYTES,
    atMost: CHANGED_BYTES * WIRE_LIMIT,
  })
  return [
    {
      name: 'A change of 50 kB by delta, against PutFile',
      value,
      unit: 'ms',
      floor,
      ratio,
      aim: `≥ ${AT_LEAST} × faster`,
      met: ratio >= AT_LEAST,
    },
    { ...bytes, aim: `≤ ${WIRE_LIMIT} ×` },
  ]
}

async function lock(connection: Connection, ticket: Ticket): Promise<void> {
  expectStatus(await connection.send(wopiHead(ticket, 'LOCK', { Lock: LOCK })), 200)
}

async function uploadBase(
  connection: Connection,
  ticket: Ticket,
  large: { bytes: Buffer; chunks: Chunk[] },
): Promise<void> {
  const small = changedFrame()
  const token = await createSession(connection, ticket)
  const bytes = Buffer.concat([large.bytes, small.bytes])
  await sendFragments({ connection, ticket, token, bytes, fragmentBytes: FRAGMENT_BYTES })
  const chunks = [...large.chunks, ...small.chunks]
  const body = putChunkedFileBody({ chunks, sessionToken: token })
  const SequenceNumber = await readSequenceNumber(connection, ticket)
  await putChunkedFile(connection, ticket, { SequenceNumber }, body)
}

function changedFrame() {
  const frameBytes = CHANGED_BYTES
  return buildFrames({ totalBytes: frameBytes, frameBytes })
}

/** @returns how long the save took, in ms */
async function saveDelta(
  connection: Connection,
  ticket: Ticket,
  kept: readonly Chunk[],
  wire: number[],
): Promise<number> {
  const small = changedFrame()
  const chunks = [...kept, ...small.chunks]
  const body = putChunkedFileBody({ chunks, frames: small.bytes })
  wire.push(body.length)
  const SequenceNumber = await readSequenceNumber(connection, ticket)
  return timed(() => putChunkedFile(connection, ticket, { Lock: LOCK, SequenceNumber }, body))
}
