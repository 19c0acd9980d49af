import type { ByteRange } from '../../../ports/blob-store.ts'
import type { SystemCalls } from './system-calls.ts'

/** How much is read at once, in bytes. One block ahead is read while the consumer is busy. */
const BLOCK_BYTES = 256 * 1024

/**
 * Reads a range of an open file. Every block is a buffer of its own, which the consumer may keep:
 * a socket does, when it takes a block and has not sent it yet.
 */
export class FileReader implements AsyncIterableIterator<Uint8Array>, AsyncDisposable {
  readonly #calls: SystemCalls
  readonly #fd: number
  readonly #end: number
  readonly #signal: AbortSignal | undefined
  /** Where the next block starts. */
  #position: number
  #ahead: Promise<Uint8Array> | undefined
  #closing: Promise<void> | undefined
  #state: 'reading' | 'finished' | 'disposed' = 'reading'

  constructor(
    calls: SystemCalls,
    file: { fd: number; range: ByteRange; signal: AbortSignal | undefined },
  ) {
    this.#calls = calls
    this.#fd = file.fd
    this.#position = file.range.start
    this.#end = file.range.end
    this.#signal = file.signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#state === 'finished') return { done: true, value: undefined }
    this.#checkReadable()
    try {
      this.#ahead ??= this.#startRead()
      const block = await this.#ahead
      this.#checkReadable()
      if (block === undefined) return await this.return()
      this.#ahead = this.#startRead()
      return { done: false, value: block }
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#state === 'reading') this.#state = 'finished'
    await this.#close()
    return { done: true, value: undefined }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'reading') this.#state = 'disposed'
    await this.#close()
  }

  #checkReadable(): void {
    this.#signal?.throwIfAborted()
    if (this.#state === 'disposed') throw new Error('The blob was closed before its end was read')
  }

  #startRead(): Promise<Uint8Array> | undefined {
    const start = this.#position
    if (start === this.#end) return undefined
    this.#position = Math.min(start + BLOCK_BYTES, this.#end)
    const block = this.#readBlock(start, this.#position - start)
    block.catch(() => {})
    return block
  }

  async #readBlock(position: number, length: number): Promise<Uint8Array> {
    const block = Buffer.allocUnsafeSlow(length)
    for (let filled = 0; filled < length; ) {
      const count = await this.#calls.read(this.#fd, block, filled, position + filled)
      if (count === 0) throw new Error(`A blob ends at ${position + filled}, before its own end`)
      filled += count
    }
    return block
  }

  /** A descriptor is closed only when no read uses it: its number may be another file's by then. */
  #close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#ahead?.catch(() => {})
      this.#ahead = undefined
      await this.#calls.close(this.#fd)
    })()
    return this.#closing
  }
}
