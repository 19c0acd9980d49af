import type { ByteRange } from '../../../ports/blob-store.ts'
import { BLOCK_BYTES, type BlockPool } from './block-pool.ts'
import type { SystemCalls } from './system-calls.ts'

/**
 * Reads a range of an open file, from the moment it is made. One block ahead is read while the
 * consumer is busy with another; a block is used again as soon as the consumer asks for the next one.
 */
export class FileReader implements AsyncIterableIterator<Uint8Array>, AsyncDisposable {
  readonly #calls: SystemCalls
  readonly #pool: BlockPool
  readonly #fd: number
  readonly #end: number
  readonly #signal: AbortSignal | undefined
  /** Where the next block starts. */
  #position: number
  #ahead: Promise<Uint8Array> | undefined
  /** The block that the consumer looks at. */
  #lent: Uint8Array | undefined
  #closing: Promise<void> | undefined
  #state: 'reading' | 'finished' | 'disposed' = 'reading'

  constructor(
    { calls, pool }: { calls: SystemCalls; pool: BlockPool },
    file: { fd: number; range: ByteRange; signal: AbortSignal | undefined },
  ) {
    this.#calls = calls
    this.#pool = pool
    this.#fd = file.fd
    this.#position = file.range.start
    this.#end = file.range.end
    this.#signal = file.signal
    this.#ahead = this.#startRead()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#state === 'finished') return { done: true, value: undefined }
    this.#checkReadable()
    this.#takeBack()
    try {
      this.#ahead ??= this.#startRead()
      const block = await this.#ahead
      this.#checkReadable()
      // Closed while this was waiting: the block goes back to the pool, and to nobody else.
      if (this.#closing) return { done: true, value: undefined }
      if (block === undefined) return await this.return()
      this.#lent = block
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

  #takeBack(): void {
    if (this.#lent) this.#pool.give(wholeBlock(this.#lent))
    this.#lent = undefined
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
    const block = this.#pool.take().subarray(0, length)
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
      const unseen = await this.#ahead?.catch(() => undefined)
      if (unseen) this.#pool.give(wholeBlock(unseen))
      this.#ahead = undefined
      this.#takeBack()
      await this.#calls.close(this.#fd)
    })()
    return this.#closing
  }
}

function wholeBlock(block: Uint8Array): Uint8Array {
  return new Uint8Array(block.buffer, 0, BLOCK_BYTES)
}
