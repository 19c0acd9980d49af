import type { SystemCalls } from './system-calls.ts'
import { dropBytes } from './write-all.ts'

/** How much is gathered before it is written, in bytes. Twice as much is held at most. */
const BATCH_BYTES = 512 * 1024
/** A small slice may keep a large buffer alive, so that counting bytes alone is not enough. */
const BATCH_SLICES = 64
/**
 * After how many bytes a sync begins while more of them arrive, so that the disk does not only start
 * at the end. Measured: blobs of 8 MiB are stored a fifth to a third faster.
 */
const SYNC_BYTES = 2 * 1024 * 1024

/**
 * Writes slices to a file in batches: while one batch is written, the next one is gathered, so that
 * neither the sender nor the disk waits for the other, and a system call is paid per batch only.
 */
export class BatchedWriter {
  readonly #calls: SystemCalls
  readonly #file: Promise<number>
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #length = 0
  #writing: Promise<void> = Promise.resolve()
  #unsyncedBytes = 0
  #isSyncing = false
  #syncing: Promise<void> = Promise.resolve()

  /** @param file the open file; writing waits for it, gathering does not */
  constructor(calls: SystemCalls, file: Promise<number>) {
    this.#calls = calls
    this.#file = file
  }

  /** Takes a slice. A promise means that no more fits in before it has resolved. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0) return undefined
    this.#gathered.push(bytes)
    this.#gatheredBytes += bytes.length
    const isFull = this.#gatheredBytes >= BATCH_BYTES || this.#gathered.length >= BATCH_SLICES
    return isFull ? this.#startWriting() : undefined
  }

  /** Resolves to the length of the file, in bytes, when everything is written and durable. */
  async finish(): Promise<number> {
    await this.#startWriting()
    await this.#writing
    // An error of the disk is told once only: the last sync does not repeat that of an earlier one.
    await this.#syncing
    await this.#calls.fdatasync(await this.#file)
    return this.#length
  }

  /** Resolves when nothing uses the file any more, whether or not everything worked. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => {})
    await this.#syncing.catch(() => {})
  }

  async #startWriting(): Promise<void> {
    await this.#writing
    const slices = this.#gathered
    this.#length += this.#gatheredBytes
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#writing = this.#write(slices)
    // Whoever awaits it next sees the failure; until then it is no unhandled one.
    this.#writing.catch(() => {})
  }

  async #write(slices: Uint8Array[]): Promise<void> {
    const fd = await this.#file
    let left = slices
    while (left.length > 0) {
      const count = await this.#calls.write(fd, left)
      this.#unsyncedBytes += count
      left = dropBytes(left, count)
    }
    if (this.#unsyncedBytes >= SYNC_BYTES && !this.#isSyncing) this.#startSyncing(fd)
  }

  #startSyncing(fd: number): void {
    this.#unsyncedBytes = 0
    this.#isSyncing = true
    this.#syncing = this.#calls.fdatasync(fd).then(() => {
      this.#isSyncing = false
    })
    this.#syncing.catch(() => {})
  }
}
