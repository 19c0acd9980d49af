import { BlobStoreFullError } from '../../../ports/blob-store.ts'
import type { SystemCalls } from './system-calls.ts'

/** How long a measurement is trusted, in ms: asking for every blob would cost a system call. */
const TRUST_MS = 1000

/** Watches that a reserve of the disk stays free. */
export interface FreeSpace {
  /** @throws BlobStoreFullError when only the reserve is left */
  check(): Promise<void>
}

export function createFreeSpace(
  calls: SystemCalls,
  options: { directory: string; reserveBytes: number; now: () => number },
): FreeSpace {
  const { directory, reserveBytes, now } = options
  let measured: Promise<number> | undefined
  let measuredAt = 0

  return {
    async check() {
      if (measured === undefined || Math.abs(now() - measuredAt) >= TRUST_MS) {
        measuredAt = now()
        measured = calls.freeBytes(directory)
        measured.catch(() => {
          measured = undefined
        })
      }
      const freeBytes = await measured
      if (freeBytes < reserveBytes)
        throw new BlobStoreFullError(
          `${freeBytes} bytes are free in ${directory}, and the last ${reserveBytes} are kept free`,
        )
    },
  }
}
