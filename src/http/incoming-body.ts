import type { IncomingMessage } from 'node:http'
import { WopiError } from '../protocol/errors.ts'
import { createRateWatch, type RateWatch } from './body-rate.ts'
import { BODY_BUFFER_BYTES, KEEP_ALIVE_REST_MAX_BYTES } from './limits.ts'
import type { Timers } from './timers.ts'

type Step = IteratorResult<Uint8Array>

/** How much of a body has not arrived yet: nothing, little, or much or an unknown amount. */
export type BodyRest = 'none' | 'short' | 'long'

const DONE: Step = { done: true, value: undefined }

/**
 * The body of a `node:http` request, pulled by its consumer. Bytes wait in memory up to a limit;
 * then the body stops reading the socket. It differs from the stream's own iterator in two ways. A
 * consumer that gives up before the end leaves the connection open, so that the answer gets
 * through. A connection that breaks before the end is always an error.
 */
export class IncomingBody implements AsyncIterableIterator<Uint8Array> {
  /** Bytes that have arrived so far. */
  received = 0
  readonly #request: IncomingMessage
  readonly #expected: number | undefined
  readonly #askForBody: () => void
  readonly #timers: Timers
  #rate: RateWatch | undefined
  #queue: Uint8Array[] = []
  #queued = 0
  #waiting: { resolve: (step: Step) => void; reject: (error: Error) => void } | undefined
  #state: 'untouched' | 'reading' | 'ended' | 'failed' | 'left' = 'untouched'
  #failure: Error | undefined

  /**
   * @param options.expected what Content-Length says, in bytes
   * @param options.askForBody called before the first byte is read
   */
  constructor(
    request: IncomingMessage,
    options: { expected: number | undefined; askForBody: () => void; timers: Timers },
  ) {
    this.#request = request
    this.#expected = options.expected
    this.#askForBody = options.askForBody
    this.#timers = options.timers
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Step> {
    if (this.#state === 'untouched') this.#start()
    const bytes = this.#queue.shift()
    if (bytes !== undefined) {
      this.#queued -= bytes.length
      return Promise.resolve({ done: false, value: bytes })
    }
    if (this.#state === 'failed') return Promise.reject(this.#failure)
    if (this.#state !== 'reading') return Promise.resolve(DONE)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#rate?.waitStarts()
      if (this.#request.isPaused()) this.#request.resume()
    })
  }

  async return(): Promise<Step> {
    this.leave()
    return DONE
  }

  /** Stops reading; the rest stays on the connection. */
  leave(): void {
    if (this.#state === 'reading') this.#request.pause()
    if (this.#state !== 'ended' && this.#state !== 'failed') this.#settle('left')
    this.#queue = []
    this.#queued = 0
    this.#waiting?.resolve(DONE)
    this.#waiting = undefined
  }

  /** How much of the body has not arrived yet. */
  rest(): BodyRest {
    if (this.#request.complete) return 'none'
    const missing = (this.#expected ?? Number.POSITIVE_INFINITY) - this.received
    return missing <= KEEP_ALIVE_REST_MAX_BYTES ? 'short' : 'long'
  }

  #start(): void {
    const request = this.#request
    const problem = consumedBefore(request) ?? goneBefore(request)
    if (problem) {
      this.#fail(problem)
      return
    }
    this.#state = 'reading'
    this.#rate = createRateWatch(this.#timers, () => this.#fail(tooSlow()))
    request.on('data', this.#onData)
    request.on('end', this.#onEnd)
    request.on('close', this.#onBroken)
    request.on('error', this.#onBroken)
    this.#askForBody()
  }

  #onData = (bytes: Uint8Array): void => {
    this.received += bytes.length
    this.#rate?.arrived(bytes.length)
    const waiting = this.#waiting
    if (waiting) {
      this.#waiting = undefined
      waiting.resolve({ done: false, value: bytes })
      return
    }
    this.#queue.push(bytes)
    this.#queued += bytes.length
    if (this.#queued >= BODY_BUFFER_BYTES) this.#request.pause()
  }

  #onEnd = (): void => {
    if (!this.#request.complete) {
      this.#fail(broken())
      return
    }
    this.#settle('ended')
    this.#waiting?.resolve(DONE)
    this.#waiting = undefined
  }

  #onBroken = (): void => {
    if (this.#state === 'reading') this.#fail(broken())
  }

  #fail(error: Error): void {
    this.#failure = error
    if (this.#state === 'reading') this.#request.pause()
    this.#settle('failed')
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #settle(state: 'ended' | 'failed' | 'left'): void {
    this.#state = state
    this.#rate?.stop()
    this.#request.off('data', this.#onData)
    this.#request.off('end', this.#onEnd)
    this.#request.off('close', this.#onBroken)
    // The listener for errors stays: without one, an error would end the process.
  }
}

/** Whether a request announces a body at all. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** An error when other code has read the body: waiting for it would never end. */
function consumedBefore(request: IncomingMessage): WopiError | undefined {
  if (!hasBody(request)) return undefined
  if (!request.readableDidRead && !request.readableEnded) return undefined
  return new WopiError('BODY_CONSUMED', {
    detail:
      'Something before wopikit has read the request body, such as express.json() or ' +
      'express.raw(): mount wopikit before every body parser',
  })
}

function goneBefore(request: IncomingMessage): WopiError | undefined {
  return request.destroyed && !request.complete ? broken() : undefined
}

function broken(): WopiError {
  return new WopiError('BODY_INVALID', {
    detail: 'The connection broke before the end of the body',
  })
}

function tooSlow(): WopiError {
  return new WopiError('BODY_INVALID', { detail: 'The body arrived too slowly' })
}
