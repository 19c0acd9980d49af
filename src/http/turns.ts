import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { PIPELINED_MAX } from './limits.ts'

/** The requests of one connection that are in progress or wait. */
interface Line {
  last: Promise<void>
  length: number
}

/** Answers the requests of each connection in the order in which they arrived. */
export type TakeTurns = (request: IncomingMessage, answer: () => Promise<void>) => Promise<void>

/**
 * Creates the order of requests. A client may send several requests before it reads the first reply
 * (RFC 9112, 9.3.2). Each begins when the one before has been answered, so that the later of two
 * saves wins. Requests of one HTTP/2 connection are independent of each other.
 */
export function createTurns(): TakeTurns {
  const lines = new WeakMap<Socket, Line>()

  return async (request, answer) => {
    const { socket } = request
    if (request.httpVersionMajor > 1) return answer()
    const line = lines.get(socket) ?? { last: Promise.resolve(), length: 0 }
    lines.set(socket, line)
    if (line.length === PIPELINED_MAX) {
      socket.destroy()
      return
    }
    line.length++
    const turn = line.length === 1 ? answer() : line.last.then(answer)
    // A failed request does not affect the next one.
    line.last = turn.catch(() => {}).finally(() => line.length--)
    await turn
  }
}
