import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { wopiHead } from '../../bench/load/wopi.ts'
import type { Ticket } from '../helpers/wopikit-process.ts'
import type { Answer, Assault, Request, Size } from './attack.ts'
import { type Held, openHeld } from './held.ts'

/** How often something was answered, and how long that took at most. */
export interface Tally {
  count: number
  slowestMs: number
}

/** What an attacker has to tell in the end. */
export interface AttackReport {
  /** By operation and status. */
  answers: Record<string, Tally>
  notes: string[]
  exceeded: string[]
}

const KEPT_BYTES = 1024 * 1024
const NO_ANSWER: Answer = { status: 0, headers: {}, body: Buffer.alloc(0), bytes: 0 }

/** Creates the hands of an attacker; `finish` ends all connections and tells what was answered. */
export function createAssault(options: {
  origin: string
  dataDir: string
  size: Size
  over: AbortSignal
}): Assault & { finish(): AttackReport } {
  const { origin, dataDir, size, over } = options
  const agent = new Agent({ keepAlive: true })
  const report: AttackReport = { answers: {}, notes: [], exceeded: [] }
  const underWay = new Set<{ operation: string; sentAt: number }>()
  const held: { operation: string; connection: Held }[] = []

  function count(operation: string, status: number | string, ms: number): void {
    const name = `${operation} ${status === 0 ? 'lost' : status}`
    const tally = report.answers[name] ?? { count: 0, slowestMs: 0 }
    report.answers[name] = {
      count: tally.count + 1,
      slowestMs: Math.max(tally.slowestMs, Math.round(ms)),
    }
  }

  async function holdBytes(operation: string, bytes: string | Uint8Array): Promise<Held> {
    const connection = await openHeld(origin, over)
    held.push({ operation, connection })
    await connection.write(bytes)
    return connection
  }

  return {
    origin,
    dataDir,
    over,
    scaled: (full, short) => (size === 'full' ? full : short),
    async send(ticket, operation, request = {}) {
      const call = { operation, sentAt: performance.now() }
      underWay.add(call)
      const answer = await exchange(agent, origin, ticket, operation, request).catch(
        () => NO_ANSWER,
      )
      underWay.delete(call)
      count(operation, answer.status, performance.now() - call.sentAt)
      return answer
    },
    async hold(ticket, operation, { headers, endpoint, body, length = body?.length ?? 0 } = {}) {
      const head = wopiHead(ticket, operation, headers, endpoint === '/contents' ? endpoint : '')
      const { host } = new URL(origin)
      const text = `${head}Host: ${host}\r\nContent-Length: ${length}\r\n\r\n`
      const connection = await holdBytes(operation, text)
      if (body) await connection.write(body)
      return connection
    },
    holdBytes,
    untilOver: () => delay(2 ** 30, undefined, { signal: over }).catch(() => {}),
    note: (text) => report.notes.push(text),
    exceeded: (text) => report.exceeded.push(text),
    finish() {
      const now = performance.now()
      for (const { operation, sentAt } of underWay) count(operation, 'no answer', now - sentAt)
      agent.destroy()
      for (const { operation, connection } of held) count(operation, connection.end(), 0)
      return report
    },
  }
}

function exchange(
  agent: Agent,
  origin: string,
  ticket: Ticket,
  operation: string,
  { method = 'POST', headers = {}, plainHeaders, body, endpoint = '', query = '' }: Request,
): Promise<Answer> {
  const named = Object.entries(headers).map(([name, value]) => [`X-WOPI-${name}`, value])
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      `${origin}${ticket.path}${endpoint}?access_token=${ticket.token}${query}`,
      {
        method,
        agent,
        headers: {
          ...(method === 'POST' && {
            'X-WOPI-Override': operation,
            'Content-Length': body?.length ?? 0,
          }),
          ...Object.fromEntries(named),
          ...plainHeaders,
        },
      },
      (reply) => {
        const parts: Buffer[] = []
        let bytes = 0
        reply.on('data', (part: Buffer) => {
          if (bytes < KEPT_BYTES) parts.push(part)
          bytes += part.length
        })
        reply.on('error', reject)
        reply.on('end', () => {
          const { statusCode: status = 0, headers: got } = reply
          resolve({ status, headers: got, body: Buffer.concat(parts), bytes })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
