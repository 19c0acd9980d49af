import { chunkFrame, putChunkedFileBody, type RawReply } from '../helpers/raw-wire.ts'
import { type Content, changedContent, wholeContent } from './content.ts'
import { type DocumentClient, expectStatus, sequenceNumberOf } from './document-client.ts'
import { BrokenPromiseError } from './ledger.ts'
import type { Random } from './random.ts'
import type { Writer } from './writer.ts'

const FRAGMENT_MAX_BYTES = 24 * 1024
/** Far behind the end of every session of this test. */
const NO_OFFSET = 2 ** 40

interface Session {
  token: string
  content: Content
  stream: Buffer
  /** Bytes that the server has acknowledged. */
  acknowledged: number
  /** Where the session stands if the last fragment, unanswered, arrived. */
  doubtful: number
  /** The sequence number that an unanswered commit was based on. */
  committing?: number
}

/** Writes a document that nobody else writes, under a WOPI lock: by sessions and by PutFile. */
export function createSessionWriter(
  client: DocumentClient,
  random: Random,
  lockId: string,
): Writer {
  const { ledger } = client
  let session: Session | undefined
  /** The locks that the document may have now: more than one while an answer is missing. */
  let locks = ['']

  async function setLock(operation: 'LOCK' | 'UNLOCK', result: string): Promise<void> {
    locks = [...locks, result]
    expectStatus(await client.post(operation, { Lock: lockId }), 200, operation)
    locks = [result]
  }

  async function holdLock(): Promise<void> {
    if (locks.length > 1 || locks[0] !== lockId) await setLock('LOCK', lockId)
  }

  async function putFile(): Promise<void> {
    await holdLock()
    const content = wholeContent(random)
    const { sequenceNumber } = ledger.newest()
    ledger.attempt(content)
    const reply = await client.post('PUT', { Lock: lockId }, content.bytes, '/contents')
    expectStatus(reply, 200, 'PutFile')
    ledger.acknowledged(sequenceNumber + 1, content)
  }

  async function begin(): Promise<void> {
    const base = ledger.newest().content
    const content = changedContent(random, base)
    const known = new Set(base.chunks.map((chunk) => chunk.id))
    const stream = Buffer.concat(
      content.chunks.filter((chunk) => !known.has(chunk.id)).map(chunkFrame),
    )
    const reply = await client.post('CREATE_UPLOAD_SESSION')
    expectStatus(reply, 200, 'CreateUploadSession')
    const token = JSON.parse(reply.body.toString()).UploadSessionToken
    session = { token, content, stream, acknowledged: 0, doubtful: 0 }
  }

  async function append(open: Session): Promise<void> {
    const start = open.acknowledged
    const end = Math.min(start + random.between(1, FRAGMENT_MAX_BYTES), open.stream.length)
    open.doubtful = end
    const reply = await update(open.token, start, open.stream.subarray(start, end))
    expectStatus(reply, 200, 'UpdateUploadSession')
    if (currentOffset(reply) !== end)
      throw new BrokenPromiseError(`the session is at ${currentOffset(reply)}, not at ${end}`)
    open.acknowledged = end
  }

  function update(token: string, offset: number, body: Uint8Array): Promise<RawReply> {
    const range = { ContentRangeOffset: offset, ContentRangeLength: body.length }
    return client.post('UPDATE_UPLOAD_SESSION', { UploadSessionToken: token, ...range }, body)
  }

  /** @param base what the commit says it is based on: the same again when it is repeated */
  async function commit(open: Session, base: number): Promise<void> {
    const { scheme, chunks } = open.content
    open.committing = base
    ledger.attempt(open.content)
    const body = putChunkedFileBody({ scheme, chunks, sessionToken: open.token })
    const headers = { Lock: lockId, SequenceNumber: base }
    const reply = await client.post('PUT_CHUNKED_FILE', headers, body, '/contents')
    expectStatus(reply, 200, 'PutChunkedFile')
    ledger.acknowledged(sequenceNumberOf(reply), open.content)
    session = undefined
  }

  async function step(): Promise<void> {
    if (random.chance(0.15)) return client.readWhole()
    if (session && session.acknowledged < session.stream.length) return append(session)
    if (session) {
      await holdLock()
      return commit(session, ledger.newest().sequenceNumber)
    }
    if (random.chance(0.25)) return putFile()
    if (random.chance(0.2) && locks[0] === lockId) return setLock('UNLOCK', '')
    return begin()
  }

  async function checkLock(): Promise<void> {
    const reply = await client.post('GET_LOCK')
    expectStatus(reply, 200, 'GetLock')
    const held = String(reply.headers['x-wopi-lock'] ?? '')
    if (!locks.includes(held))
      throw new BrokenPromiseError(`the lock is '${held}', not one of '${locks.join("', '")}'`)
    locks = [held]
  }

  async function checkOffset(open: Session): Promise<void> {
    const reply = await update(open.token, NO_OFFSET, Buffer.from([0]))
    expectStatus(reply, 400, 'UpdateUploadSession at an impossible offset')
    const offset = currentOffset(reply)
    if (offset !== open.acknowledged && offset !== open.doubtful)
      throw new BrokenPromiseError(
        `the session is at ${offset}; ${open.acknowledged} was acknowledged, ${open.doubtful} sent`,
      )
    open.acknowledged = offset
  }

  async function recover(): Promise<void> {
    await client.readWhole()
    await checkLock()
    // A commit without an answer can be repeated, and gets its answer now.
    if (session?.committing !== undefined) await commit(session, session.committing)
    else if (session) await checkOffset(session)
    ledger.settle()
  }

  return { step, recover }
}

function currentOffset(reply: RawReply): number {
  return Number(reply.headers['x-wopi-uploadsessioncurrentoffset'])
}
