import { setTimeout as wait } from 'node:timers/promises'
import type { TransferIo } from './transfer.ts'

/**
 * Ctrl-C during a run: the run ends after the current case, which cleans up. A second Ctrl-C ends
 * it at once.
 */
export interface Stop extends Disposable {
  /** Exit code of the signal; `undefined` until there was one. */
  readonly exitCode: number | undefined
  /** Aborts when the run must end at once. */
  readonly signal: AbortSignal
  /** Waits, but no longer once the run must end. */
  sleep(ms: number): Promise<void>
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
/** Ctrl-C under npm arrives twice, from the terminal and from npm, within this time, in ms. */
const SAME_SIGNAL_MS = 500

export function createStop({ signals }: TransferIo, now = () => performance.now()): Stop {
  const soft = new AbortController()
  const hard = new AbortController()
  let exitCode: number | undefined
  let askedAt = 0
  const ask = (name: keyof typeof EXIT_CODES) => () => {
    if (exitCode === undefined) {
      exitCode = EXIT_CODES[name]
      askedAt = now()
      soft.abort()
    } else if (now() - askedAt > SAME_SIGNAL_MS) hard.abort()
  }
  const listeners = { SIGINT: ask('SIGINT'), SIGTERM: ask('SIGTERM') }
  for (const name of ['SIGINT', 'SIGTERM'] as const) signals.on(name, listeners[name])
  return {
    get exitCode() {
      return exitCode
    },
    signal: hard.signal,
    sleep: (ms) => wait(ms, undefined, { signal: soft.signal }).catch(() => undefined),
    [Symbol.dispose]() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) signals.off(name, listeners[name])
    },
  }
}
