import { WopiClientError } from './errors.ts'

/** How often and how patiently a failed request is tried again. */
export interface RetryPolicy {
  /** Tries in a row without any progress, the first included (default: 8). */
  tries: number
  /** The wait after the first failure, in ms; each further one doubles it (default: 500). */
  firstDelayMs: number
  /** The longest wait, in ms (default: 30,000). */
  maxDelayMs: number
}

/** Told before each wait. */
export interface RetryEvent {
  error: WopiClientError
  /** The try that failed, counted from 1. */
  attempt: number
  /** How many tries there are, without any progress. */
  tries: number
  delayMs: number
}

/** What waiting needs from outside; tests put their own in. */
export interface Timers {
  retry: RetryPolicy
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** From 0 to 1, the end excluded. */
  random(): number
  onRetry?: ((event: RetryEvent) => void) | undefined
}

/** Counts failures in a row. */
export interface Backoff {
  /**
   * Waits before the next try.
   *
   * @throws the error itself when it will not pass by itself or the tries are used up; the signal's
   *   reason when it aborts
   */
  wait(error: unknown): Promise<void>
  /** Something went forward: the count starts anew. */
  reset(): void
}

export const DEFAULT_RETRY: RetryPolicy = { tries: 8, firstDelayMs: 500, maxDelayMs: 30_000 }

const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Whether the same request may succeed later: the connection broke, or the host is in trouble. */
export function isTransient(error: unknown): error is WopiClientError {
  if (!(error instanceof WopiClientError) || error.code === 'PROOF_REFUSED') return false
  return error.code === 'NETWORK' || TRANSIENT_STATUSES.has(error.status)
}

/** Exponential backoff, of which a random half is left out so that clients do not come in waves. */
export function createBackoff(timers: Timers, signal?: AbortSignal): Backoff {
  let failures = 0
  return {
    async wait(error) {
      signal?.throwIfAborted()
      failures += 1
      if (!isTransient(error) || failures >= timers.retry.tries) throw error
      const delayMs = delayAfter(failures, error, timers)
      timers.onRetry?.({ error, attempt: failures, tries: timers.retry.tries, delayMs })
      await timers.sleep(delayMs, signal)
    },
    reset() {
      failures = 0
    },
  }
}

/** Runs `attempt` until it succeeds, or until its failure is not worth another try. */
export async function withRetry<T>(
  attempt: () => Promise<T>,
  timers: Timers,
  signal?: AbortSignal,
): Promise<T> {
  const backoff = createBackoff(timers, signal)
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      await backoff.wait(error)
    }
  }
}

/** The default `sleep`. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function delayAfter(failures: number, error: WopiClientError, { retry, random }: Timers): number {
  const full = Math.min(retry.maxDelayMs, retry.firstDelayMs * 2 ** (failures - 1))
  const jittered = full / 2 + (random() * full) / 2
  return Math.min(retry.maxDelayMs, Math.max(jittered, error.retryAfterMs ?? 0))
}
