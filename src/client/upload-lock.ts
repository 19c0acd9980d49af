import { LOCK_LIFETIME_MS } from '../protocol/names.ts'
import { WopiClientError } from './errors.ts'
import type { WopiClient } from './wopi-client.ts'

/** The WOPI lock under which an upload runs, refreshed in the background. */
export interface UploadLock {
  /** Takes the lock, or finds it again; does nothing while it is held. @throws `LOCKED` */
  take(signal?: AbortSignal): Promise<void>
  /** @throws the `LOCKED` of a refresh which found that somebody else holds the file by now */
  check(): void
  /** The lock has run out: `take` has to ask for it again. */
  lapsed(): void
  /** Gives the lock back within some seconds; resolves to `false` when the host did not answer. */
  release(): Promise<boolean>
}

/** Three refreshes may fail before the lock runs out. */
const REFRESH_MS = LOCK_LIFETIME_MS / 4
/** How long an upload that is over waits for its lock to be released, in ms. */
const RELEASE_TIMEOUT_MS = 5_000

/** @param mayBeHeld the lock may stem from an earlier run, so it has to be released in any case */
export function createUploadLock(
  client: WopiClient,
  lockId: string,
  mayBeHeld: boolean,
): UploadLock {
  const stop = new AbortController()
  let asked = mayBeHeld
  let held = false
  let refreshing = false
  let lost: WopiClientError | undefined

  async function take(signal?: AbortSignal): Promise<void> {
    if (held) return
    asked = true
    await client.lock(lockId, { signal })
    held = true
    lost = undefined
    if (!refreshing) void keepAlive()
  }

  async function keepAlive(): Promise<void> {
    refreshing = true
    try {
      for (;;) {
        await client.timers.sleep(REFRESH_MS, stop.signal)
        await refresh()
      }
    } catch {
      // Stopped; what a refresh met is in `lost`.
    }
  }

  /** Lock, not RefreshLock: it also takes a lock anew that has run out, say while a laptop slept. */
  async function refresh(): Promise<void> {
    try {
      await client.lock(lockId, { signal: stop.signal })
    } catch (error) {
      if (isLocked(error)) lost = error
    }
  }

  return {
    take,
    check() {
      if (lost) throw lost
    },
    lapsed() {
      held = false
    },
    async release() {
      stop.abort()
      if (!asked) return true
      try {
        await client.unlock(lockId, { signal: AbortSignal.timeout(RELEASE_TIMEOUT_MS) })
        return true
      } catch (error) {
        // It had run out, or the answer to an earlier try was lost.
        return isLocked(error)
      }
    },
  }
}

function isLocked(error: unknown): error is WopiClientError {
  return error instanceof WopiClientError && error.code === 'LOCKED'
}

/** An id that no other lock has. */
export function newLockId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16))
  return `wopikit-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
