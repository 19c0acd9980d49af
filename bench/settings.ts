const MIB = 1024 * 1024

/** How much is measured, and where. */
export interface Settings {
  /** How often each pair is measured; the median counts. */
  rounds: number
  /** Bytes of a large document; a multiple of the largest fragment. */
  largeBytes: number
  /** Bytes of the document that is changed a little. */
  deltaBytes: number
  /** How long request rates are measured, in ms. */
  rateMs: number
  /** A folder of its own on the disk that is measured. */
  folder: string
  /** Tells how far the run is. */
  progress: (line: string) => void
}

export const FULL = { rounds: 3, largeBytes: 1024 * MIB, deltaBytes: 500_000_000, rateMs: 2000 }
export const QUICK = { rounds: 3, largeBytes: 64 * MIB, deltaBytes: 50_000_000, rateMs: 300 }
