import type { IncomingMessage } from 'node:http'
import { DISCARD_MAX_BYTES, DISCARD_MAX_MS } from './limits.ts'
import type { Timers } from './timers.ts'

/**
 * Reads the rest of a body and throws it away. Many clients write a whole body before they read the
 * answer: if the connection closed earlier, they would see a broken pipe and no answer.
 *
 * @returns whether the body ended within the limits
 */
export function discardRest(request: IncomingMessage, timers: Timers): Promise<boolean> {
  if (request.complete || request.destroyed) {
    request.resume()
    return Promise.resolve(request.complete)
  }
  return new Promise((resolve) => {
    let discarded = 0
    const finish = (whole: boolean) => {
      stopTimer()
      request.off('data', onData).off('end', onEnd).off('close', onGone)
      resolve(whole)
    }
    const onData = (bytes: Uint8Array) => {
      discarded += bytes.length
      if (discarded > DISCARD_MAX_BYTES) finish(false)
    }
    const onEnd = () => finish(true)
    const onGone = () => finish(request.complete)
    const stopTimer = timers.after(DISCARD_MAX_MS, () => finish(false))
    request.on('data', onData).on('end', onEnd).on('close', onGone)
    request.resume()
  })
}
