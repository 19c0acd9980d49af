import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { BlobExistsError } from '../../../../ports/blob-store.ts'
import type { Directories } from '../directories.ts'
import type { SystemCalls } from '../system-calls.ts'
import { writeAll } from '../write-all.ts'
import {
  deletedByteOf,
  encodeFront,
  encodeHeader,
  LAST_UNIT,
  type RecordPlace,
  UNIT_BYTES,
  unitsOf,
} from './layout.ts'

/** Slices and bytes that one write takes. */
const BATCH_SLICES = 512
const BATCH_BYTES = 8 * 1024 * 1024
/** Keys by which a file notices that one is used twice: those of the last records. */
const KEYS_REMEMBERED = 100
const PADDING = new Uint8Array(UNIT_BYTES)

/** A whole blob that waits to be written. */
export interface NewRecord {
  key: string
  pieces: readonly Uint8Array[]
  /** In bytes. */
  length: number
}

interface Waiting {
  record: NewRecord
  units: number
  place: RecordPlace
  resolve(place: RecordPlace): void
  reject(error: unknown): void
}

/**
 * A pack file that this process appends to: one batch after the other, each made of all records that
 * wait, written at once, synced once, and only then told of. After any failure nothing is appended to
 * it any more, and those who wait are refused.
 */
export class PackFile {
  readonly #calls: SystemCalls
  readonly #directories: Directories
  readonly #path: string
  readonly #name: string
  readonly #keys = new Set<string>()
  #waiting: Waiting[] = []
  /** The first unit that nobody has been given. */
  #nextUnit = 1
  #exists = false
  #isRunning = false
  #isSealed = false

  constructor(
    { calls, directories }: { calls: SystemCalls; directories: Directories },
    file: { path: string; name: string },
  ) {
    this.#calls = calls
    this.#directories = directories
    this.#path = file.path
    this.#name = file.name
  }

  /** Whether a record still fits in. */
  takes({ key, length }: NewRecord): boolean {
    return !this.#isSealed && this.#nextUnit + unitsOf(key.length, length) - 1 <= LAST_UNIT
  }

  /**
   * Appends a record, for which there has to be room. It is durable when the promise resolves.
   *
   * @throws BlobExistsError when one of the last records has the key
   */
  append(record: NewRecord): Promise<RecordPlace> {
    const { key, length } = record
    if (this.#keys.has(key)) return Promise.reject(new BlobExistsError(key))
    this.#remember(key)
    const place = { name: this.#name, unit: this.#nextUnit }
    const units = unitsOf(key.length, length)
    this.#nextUnit += units
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, units, place, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  #remember(key: string): void {
    this.#keys.add(key)
    const [oldest] = this.#keys
    if (oldest !== undefined && this.#keys.size > KEYS_REMEMBERED) this.#keys.delete(oldest)
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    let batch: Waiting[] = []
    let file: number | undefined
    try {
      while (this.#waiting.length > 0) {
        batch = this.#takeBatch()
        file ??= await this.#open()
        await this.#store(file, batch)
        for (const { resolve, place } of batch) resolve(place)
      }
    } catch (error) {
      this.#isSealed = true
      await this.#void(file, batch)
      for (const { reject } of [...batch, ...this.#waiting]) reject(error)
      this.#waiting = []
    } finally {
      this.#isRunning = false
      if (file !== undefined) await this.#calls.close(file)
    }
  }

  #takeBatch(): Waiting[] {
    let slices = 0
    let bytes = 0
    const end = this.#waiting.findIndex(({ record }, index) => {
      slices += record.pieces.length + 2
      bytes += record.length
      return index > 0 && (slices > BATCH_SLICES || bytes > BATCH_BYTES)
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  async #open(): Promise<number> {
    if (this.#exists) return this.#calls.reopen(this.#path)
    await this.#directories.ensure(dirname(this.#path))
    return this.#calls.open(this.#path, 'wx')
  }

  async #store(file: number, batch: readonly Waiting[]): Promise<void> {
    const slices = batch.flatMap(({ record, units }) => slicesOf(record, units))
    const [first] = batch
    const start = (first?.place.unit ?? 1) * UNIT_BYTES
    if (this.#exists) await writeAll(this.#calls, file, slices, start)
    else await writeAll(this.#calls, file, [encodeFront(), ...slices], 0)
    await this.#calls.fdatasync(file)
    if (!this.#exists) await this.#directories.sync(dirname(this.#path))
    this.#exists = true
    // Others delete a file a day after its last record may have been begun: this process may have
    // been stopped for as long between its look at the clock and its write.
    if (!(await this.#calls.isLinked(file))) throw new Error(`${this.#path} was removed`)
  }

  /** Makes what a failed batch may have left garbage that no listing shows; as far as it can. */
  async #void(file: number | undefined, batch: readonly Waiting[]): Promise<void> {
    if (file === undefined) return
    try {
      if (!this.#exists) return await this.#calls.unlink(this.#path)
      for (const { place, units } of batch)
        await writeAll(this.#calls, file, [deletedBytes(units)], deletedByteOf(place.unit))
    } catch {
      // The disk is what has failed. The records become garbage that the sweeper finds.
    }
  }
}

/** What is written for each unit of a deleted record. */
export function deletedBytes(units: number): Uint8Array {
  return new Uint8Array(units).fill(1)
}

function slicesOf({ key, pieces, length }: NewRecord, units: number): Uint8Array[] {
  const crc = pieces.reduce((sum, piece) => crc32(piece, sum), 0)
  const header = encodeHeader(key, length, crc)
  const padding = PADDING.subarray(0, units * UNIT_BYTES - header.length - length)
  return [header, ...pieces, padding].filter((slice) => slice.length > 0)
}
