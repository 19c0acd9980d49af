import { join } from 'node:path'
import type { Ticket } from '../../test/helpers/wopikit-process.ts'
import { addEmptyDocuments } from '../documents.ts'
import { requestsFor } from '../load/many.ts'
import { wopiHead } from '../load/wopi.ts'
import { median, percentile } from '../measure.ts'
import { memoryRow } from '../memory.ts'
import { startWopikit } from '../processes.ts'
import type { Row, RowGroup } from '../row.ts'

const CONNECTIONS = 32
const DOCUMENTS = 8
/** Of the connections, as many as documents hold WOPI locks; the others coauthor. */
const WOPI_DOCUMENTS = 4

/** Lock calls of both kinds, each of which is durable before its answer. */
export const lockRows: RowGroup = {
  name: 'locks',
  async measure({ rounds, rateMs, folder }) {
    const dataDir = join(folder, 'locks', 'data')
    const tickets = await addEmptyDocuments(dataDir, DOCUMENTS)
    await using target = await startWopikit(dataDir)
    const results: { p99: number; rate: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      const load = { connections: CONNECTIONS, ms: rateMs }
      const { latencies, ms } = await requestsFor(target.origin, load, (n) => calls(tickets, n))
      results.push({ p99: percentile(latencies, 0.99), rate: (latencies.length / ms) * 1000 })
    }
    const reported = (name: string, value: number, unit: string): Row => {
      return { name, value, unit, floor: null, ratio: null, aim: null, met: null }
    }
    const name = `Mixed lock calls at ${CONNECTIONS} connections`
    return [
      reported(`${name}, p99`, median(results.map((result) => result.p99)), 'ms'),
      reported(`${name}, rate`, median(results.map((result) => result.rate)), 'req/s'),
      memoryRow(name, [await target.peakMemory()]),
    ]
  },
}

/** One connection's calls: it takes, keeps, looks at and releases its own lock. */
function calls(tickets: readonly Ticket[], n: number) {
  const wopi = n < WOPI_DOCUMENTS
  const others = DOCUMENTS - WOPI_DOCUMENTS
  const ticket = tickets[wopi ? n : WOPI_DOCUMENTS + (n % others)]
  if (!ticket) throw new RangeError(`no document for connection ${n}`)
  const heads = wopi ? wopiCalls(ticket, `wopi${n}`) : coauthCalls(ticket, `coauth${n}`)
  return async (send: (head: string) => Promise<unknown>) => {
    for (const head of heads) await send(head)
  }
}

function wopiCalls(ticket: Ticket, Lock: string): string[] {
  return ['LOCK', 'REFRESH_LOCK', 'GET_LOCK', 'UNLOCK'].map((operation) =>
    wopiHead(ticket, operation, { Lock }),
  )
}

function coauthCalls(ticket: Ticket, CoauthLockId: string): string[] {
  const take = { CoauthLockId, CoauthLockType: 'Coauth', CoauthLockExpirationTimeout: 3600 }
  return [
    wopiHead(ticket, 'GET_COAUTH_LOCK', take),
    wopiHead(ticket, 'REFRESH_COAUTH_LOCK', take),
    wopiHead(ticket, 'GET_COAUTH_TABLE'),
    wopiHead(ticket, 'UNLOCK_COAUTH_LOCK', { CoauthLockId }),
  ]
}
