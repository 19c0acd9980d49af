import { putChunkedFileBody } from '../helpers/raw-wire.ts'
import { changedContent } from './content.ts'
import { type DocumentClient, expectStatus, sequenceNumberOf } from './document-client.ts'
import { BrokenPromiseError } from './ledger.ts'
import type { Random } from './random.ts'
import type { Writer } from './writer.ts'

const LOCK_SECONDS = 3600

/** Writes a document together with others, each under a coauthoring lock of its own. */
export function createCoauthWriter(client: DocumentClient, random: Random, lockId: string): Writer {
  const { ledger } = client
  /** What is certain about the own lock; unknown while an answer is missing. */
  let lock: 'held' | 'none' | 'unknown' = 'none'

  async function takeLock(): Promise<void> {
    lock = 'unknown'
    const headers = { CoauthLockId: lockId, CoauthLockType: 'Coauth' }
    const timeout = { CoauthLockExpirationTimeout: LOCK_SECONDS }
    const reply = await client.post('GET_COAUTH_LOCK', { ...headers, ...timeout })
    expectStatus(reply, 200, 'GetCoauthLock')
    lock = 'held'
  }

  async function dropLock(): Promise<void> {
    lock = 'unknown'
    const reply = await client.post('UNLOCK_COAUTH_LOCK', { CoauthLockId: lockId })
    expectStatus(reply, 200, 'UnlockCoauthLock')
    lock = 'none'
  }

  async function save(): Promise<void> {
    const base = ledger.newest()
    const content = changedContent(random, base.content)
    const known = new Set(base.content.chunks.map((chunk) => chunk.id))
    const inline = content.chunks.filter((chunk) => !known.has(chunk.id))
    ledger.attempt(content)
    const reply = await client.post(
      'PUT_CHUNKED_FILE',
      { CoauthLockId: lockId, SequenceNumber: base.sequenceNumber },
      putChunkedFileBody({ scheme: content.scheme, chunks: content.chunks, inline }),
      '/contents',
    )
    if (reply.status === 412) {
      // Another client was faster. Its answer may still be under way, so read what it wrote.
      ledger.refused(content)
      return client.readChunked()
    }
    expectStatus(reply, 200, 'PutChunkedFile')
    ledger.acknowledged(sequenceNumberOf(reply), content)
  }

  async function step(): Promise<void> {
    if (lock !== 'held') return takeLock()
    if (random.chance(0.2)) return client.readChunked()
    if (random.chance(0.1)) return dropLock()
    return save()
  }

  async function recover(): Promise<void> {
    await client.readWhole()
    const reply = await client.post('GET_COAUTH_TABLE')
    expectStatus(reply, 200, 'GetCoauthTable')
    const table: { CoauthLockId: string }[] = JSON.parse(reply.body.toString()).CoauthTable
    const there = table.some((row) => row.CoauthLockId === lockId)
    if (lock !== 'unknown' && there !== (lock === 'held'))
      throw new BrokenPromiseError(`the lock ${lockId} was ${lock}; the table says ${there}`)
    lock = there ? 'held' : 'none'
    ledger.settle()
  }

  return { step, recover }
}
