import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { addEmptyDocument } from '../documents.ts'
import { openConnection } from '../load/connection.ts'
import { buildFrames } from '../load/frames.ts'
import { createSession, putChunkedFile, putChunkedFileBody, sendFragments } from '../load/wopi.ts'
import { measureInTurn, median, timed } from '../measure.ts'
import { memoryRow } from '../memory.ts'
import { startWopikit } from '../processes.ts'
import { limitRow, type RowGroup } from '../row.ts'

const CHUNKS = 1000
const LIMIT_MS = 50
const FRAGMENT_BYTES = 8 * 1024 * 1024
/** A document begins at this number. */
const FIRST_SEQUENCE_NUMBER = 1

/**
 * The PutChunkedFile that commits a session, for contents of three sizes in the same number of
 * chunks. The smallest is the floor of the others: the bytes must not matter.
 */
export const commitRows: RowGroup = {
  name: 'commit',
  async measure({ rounds, largeBytes, folder }) {
    const megabytes = [10, 100, 1000].filter((size) => size * 1_000_000 <= largeBytes)
    const memory: number[] = []
    const times = await measureInTurn(
      rounds,
      Object.fromEntries(
        megabytes.map((size) => [size, () => commitOnce(folder, size * 1_000_000, memory)]),
      ),
    )
    const smallest = median(times[megabytes[0] ?? ''] ?? [])
    const rows = megabytes.map((size, index) =>
      limitRow({
        name: `Commit of ${size} MB in ${CHUNKS} chunks`,
        unit: 'ms',
        value: median(times[size] ?? []),
        atMost: LIMIT_MS,
        ...(index > 0 && { floor: smallest }),
      }),
    )
    return [...rows, memoryRow('session and commit', memory)]
  },
}

/** Uploads, then commits. @returns how long the commit took, in ms */
async function commitOnce(folder: string, bytes: number, memory: number[]): Promise<number> {
  const place = await mkdtemp(join(folder, 'commit-'))
  try {
    const dataDir = join(place, 'data')
    const ticket = await addEmptyDocument(dataDir)
    await using target = await startWopikit(dataDir)
    const connection = await openConnection(target.origin)
    const stream = buildFrames({ totalBytes: bytes, frameBytes: bytes / CHUNKS })
    const token = await createSession(connection, ticket)
    const upload = { connection, ticket, token, bytes: stream.bytes }
    await sendFragments({ ...upload, fragmentBytes: FRAGMENT_BYTES })
    const body = putChunkedFileBody({ chunks: stream.chunks, sessionToken: token })
    const headers = { SequenceNumber: FIRST_SEQUENCE_NUMBER }
    const ms = await timed(() => putChunkedFile(connection, ticket, headers, body))
    connection.close()
    memory.push(await target.peakMemory())
    return ms
  } finally {
    await rm(place, { recursive: true })
  }
}
