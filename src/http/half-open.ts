import type { IncomingMessage, ServerResponse } from 'node:http'
import { HALF_OPEN_MAX_MS } from './limits.ts'
import type { Timers } from './timers.ts'

/**
 * Ends the connection of a client that has ended its own side of it, unless the reply has been sent
 * within a time limit. Such a client looks like one that has left: `shutdown` and `close` look
 * alike.
 */
export function watchHalfOpen(
  request: IncomingMessage,
  response: ServerResponse,
  timers: Timers,
): void {
  const { socket } = request
  let stopTimer = () => {}
  const onEnd = () => {
    stopTimer = timers.after(HALF_OPEN_MAX_MS, () => response.destroy())
  }
  socket.once('end', onEnd)
  response.once('close', () => {
    socket.off('end', onEnd)
    stopTimer()
  })
}
