import type { IncomingMessage } from 'node:http'
import { DISCARD_MAX_BYTES, DISCARD_MAX_MS } from './limits.ts'
import type { Timers } from './timers.ts'

/**
 * Reads what is left of a body and throws it away. Many clients write a whole body before they read
 * the answer; closing earlier would show them a broken pipe instead of it.
 *
 * @returns whether the body came to its end within the limits
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
