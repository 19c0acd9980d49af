import { BlobStoreFullError } from '../../../ports/blob-store.ts'
import type { SystemCalls } from './system-calls.ts'

/** How long a measurement is trusted, in ms: asking for every blob would cost a system call. */
const TRUST_MS = 100
/** After how many bytes it is no longer trusted, either. */
const TRUST_BYTES = 16 * 1024 * 1024

/** Watches that a reserve of the disk stays free. */
export interface FreeSpace {
  /** @throws BlobStoreFullError when only the reserve is left */
  check(): Promise<void>
  /**
   * Counts bytes that are about to be written, so that many writers at once do not outrun the
   * measurement.
   *
   * @throws BlobStoreFullError when they would use the reserve
   */
  take(bytes: number): Promise<void>
}

export function createFreeSpace(
  calls: SystemCalls,
  options: { directory: string; reserveBytes: number; now: () => number },
): FreeSpace {
  const { directory, reserveBytes, now } = options
  let measured: Promise<number> | undefined
  let measuredAt = 0
  /** Since the measurement. */
  let takenBytes = 0

  function measure(): Promise<number> {
    const isOld = Math.abs(now() - measuredAt) >= TRUST_MS || takenBytes >= TRUST_BYTES
    if (measured !== undefined && !isOld) return measured
    measuredAt = now()
    takenBytes = 0
    const measuring = calls.freeBytes(directory)
    measured = measuring
    measuring.catch(() => {
      measured = undefined
    })
    return measuring
  }

  async function requireFree(bytes: number): Promise<void> {
    const measuring = measure()
    takenBytes += bytes
    // Only what was taken up to here: those who come later are refused themselves.
    const taken = takenBytes
    const freeBytes = (await measuring) - taken
    if (freeBytes >= reserveBytes) return
    throw new BlobStoreFullError(
      `${Math.max(0, freeBytes)} bytes are free in ${directory}, and the last ${reserveBytes} are kept free`,
    )
  }

  return { check: () => requireFree(0), take: requireFree }
}
