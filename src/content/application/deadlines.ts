import { unlessAborted } from '../bytes/single-flight.ts'
import { type Alarm, systemAlarm } from './alarm.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

/** How long the host waits for the application, in ms. What takes longer is a failure of it. */
export interface Deadlines {
  /**
   * For an answer without content: rights, tokens, `find`, names, folders, properties and proof
   * keys (default: 30 s).
   */
  answerMs: number
  /** For the next piece of a content that it has opened, the first one included (default: 60 s). */
  pieceMs: number
  /** For all pieces of one content; what the client takes to receive them is not counted (default: 1 h). */
  readMs: number
  /** For one call of `onSaved`, or of `createFile` in its tree (default: 10 min). */
  saveMs: number
}

export const DEFAULT_DEADLINES: Readonly<Deadlines> = {
  answerMs: 30 * SECOND_MS,
  pieceMs: MINUTE_MS,
  readMs: 60 * MINUTE_MS,
  saveMs: 10 * MINUTE_MS,
}

/** Deadlines, and the time by which they are kept. */
export interface Patience {
  deadlines: Readonly<Deadlines>
  alarm: Alarm
  /** A clock that only moves forward, in ms. */
  clock: () => number
}

/** Puts the patience together; what is left out is the default. */
export function createPatience(
  options: {
    deadlines?: Partial<Deadlines> | undefined
    alarm?: Alarm | undefined
    clock?: (() => number) | undefined
  } = {},
): Patience {
  const { deadlines, alarm = systemAlarm, clock = () => performance.now() } = options
  return { deadlines: { ...DEFAULT_DEADLINES, ...deadlines }, alarm, clock }
}

/** A call into the application, until its answer is used up. */
export interface ApplicationCall {
  /** What the application is given: it aborts with the caller, and when a step takes too long. */
  readonly signal: AbortSignal
  /**
   * Waits for a step of the call; the application may ignore the signal.
   *
   * @throws the reason of the signal, which is a TimeoutError after `ms`
   */
  wait<T>(step: () => T | PromiseLike<T>, ms: number): Promise<T>
  /** Ends the call, which has taken too long altogether: the signal aborts. */
  giveUp(reason: string): void
}

/** Begins a call; `name` says in the failure what has taken too long. */
export function beginCall(
  { alarm }: Pick<Patience, 'alarm'>,
  name: string,
  caller?: AbortSignal,
): ApplicationCall {
  const late = new AbortController()
  const signal = caller ? AbortSignal.any([caller, late.signal]) : late.signal
  const giveUp = (reason: string) =>
    late.abort(new DOMException(`${name} ${reason}`, 'TimeoutError'))
  return {
    signal,
    giveUp,
    async wait(step, ms) {
      signal.throwIfAborted()
      const seconds = Math.ceil(ms / SECOND_MS)
      const stop = alarm(ms, () => giveUp(`has not answered for ${seconds} s`))
      try {
        return await unlessAborted((async () => step())(), signal)
      } finally {
        stop()
      }
    },
  }
}

/** Asks the application once, and waits for as long as an answer may take. */
export function ask<T>(
  patience: Patience,
  name: string,
  caller: AbortSignal | undefined,
  step: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  const call = beginCall(patience, name, caller)
  return call.wait(() => step(call.signal), patience.deadlines.answerMs)
}
