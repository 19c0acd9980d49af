import { join } from 'node:path'
import { addEmptyDocument } from '../documents.ts'
import { expectStatus } from '../load/connection.ts'
import { requestsFor } from '../load/many.ts'
import { measureInTurn, median, medianRatio } from '../measure.ts'
import { memoryRow } from '../memory.ts'
import { startFloor, startWopikit } from '../processes.ts'
import { type RowGroup, ratioRow } from '../row.ts'

const CONNECTIONS = 32

/** CheckFileInfo against a reply that is the same JSON every time. */
export const smallRequestRows: RowGroup = {
  name: 'check-file-info',
  async measure({ rounds, rateMs, folder }) {
    const dataDir = join(folder, 'small', 'data')
    const ticket = await addEmptyDocument(dataDir)
    await using target = await startWopikit(dataDir)
    const head = `GET ${ticket.path}?access_token=${ticket.token} HTTP/1.1\r\n`
    const json = await firstReply(target.origin, head)
    await using floor = await startFloor('json-reply.ts', folder, json)
    const rate = (origin: string) => async () => {
      const load = { connections: CONNECTIONS, ms: rateMs }
      const { latencies, ms } = await requestsFor(origin, load, () => (send) => send(head))
      return (latencies.length / ms) * 1000
    }
    const rates = { ours: rate(target.origin), bare: rate(floor.origin) }
    const { ours, bare } = await measureInTurn(rounds, rates, { warmUp: true })
    const name = `CheckFileInfo at ${CONNECTIONS} connections`
    const values = { value: median(ours), floor: median(bare), ratio: medianRatio(ours, bare) }
    return [
      ratioRow({ name: `${name}, against a bare reply`, unit: 'req/s', ...values, atLeast: 0.6 }),
      memoryRow(name, [await target.peakMemory()]),
    ]
  },
}

async function firstReply(origin: string, head: string): Promise<string> {
  let json = ''
  await requestsFor(origin, { connections: 1, ms: 0 }, () => async (send) => {
    const reply = await send(head)
    json = expectStatus(reply, 200).body.toString()
    return reply
  })
  return json
}
