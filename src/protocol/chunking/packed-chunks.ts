import type { Chunk, ChunkId, PlacedChunk } from './chunk.ts'
import { CHUNK_ID_BYTES, chunkIdAt, writeChunkId } from './chunk-id.ts'

const FIRST_ROOM = 16
const BYTES_PER_CHUNK = CHUNK_ID_BYTES + 2 * Float64Array.BYTES_PER_ELEMENT

/**
 * A growing list of chunks in 32 bytes each, where an array of objects takes some 130. Iterating
 * gives the chunks as such objects; `placed` gives them with their places.
 */
export class PackedChunks implements Iterable<Chunk> {
  /** How many chunks there are. */
  length = 0
  #ids = new Uint8Array(FIRST_ROOM * CHUNK_ID_BYTES)
  #lengths = new Float64Array(FIRST_ROOM)
  #offsets = new Float64Array(FIRST_ROOM)

  /** The same chunks, packed; a list that is packed already is not copied. */
  static of(chunks: Iterable<Chunk & Partial<PlacedChunk>>): PackedChunks {
    if (chunks instanceof PackedChunks) return chunks
    const packed = new PackedChunks()
    for (const chunk of chunks) packed.push(chunk)
    return packed
  }

  /** Memory that the list takes, in bytes. */
  get heldBytes(): number {
    return this.#lengths.length * BYTES_PER_CHUNK
  }

  /** Where the last chunk ends. */
  get end(): number {
    return this.length === 0 ? 0 : this.offsetAt(this.length - 1) + this.lengthAt(this.length - 1)
  }

  /** Adds a chunk; one that does not tell its place follows the last one. */
  push({ id, length, offset = this.end }: Chunk & Partial<PlacedChunk>): void {
    this.#makeRoom()
    writeChunkId(id, this.#ids, this.length * CHUNK_ID_BYTES)
    this.#add(length, offset)
  }

  /** Adds a chunk whose raw id is in `bytes` at `at`. */
  pushRaw(bytes: Uint8Array, at: number, length: number, offset = this.end): void {
    this.#makeRoom()
    const target = this.length * CHUNK_ID_BYTES
    for (let i = 0; i < CHUNK_ID_BYTES; i++) this.#ids[target + i] = bytes[at + i] as number
    this.#add(length, offset)
  }

  idAt(index: number): ChunkId {
    return chunkIdAt(this.#ids, index * CHUNK_ID_BYTES)
  }

  /** In bytes. */
  lengthAt(index: number): number {
    return this.#lengths[index] as number
  }

  /** First byte of a chunk. */
  offsetAt(index: number): number {
    return this.#offsets[index] as number
  }

  /** The raw ids one after the other; only good until the next chunk is added. */
  get rawIds(): Uint8Array {
    return this.#ids.subarray(0, this.length * CHUNK_ID_BYTES)
  }

  *[Symbol.iterator](): Generator<Chunk> {
    for (let i = 0; i < this.length; i++) yield { id: this.idAt(i), length: this.lengthAt(i) }
  }

  *placed(): Generator<PlacedChunk> {
    for (let i = 0; i < this.length; i++)
      yield { id: this.idAt(i), length: this.lengthAt(i), offset: this.offsetAt(i) }
  }

  #add(length: number, offset: number): void {
    this.#lengths[this.length] = length
    this.#offsets[this.length] = offset
    this.length++
  }

  #makeRoom(): void {
    if (this.length < this.#lengths.length) return
    const room = Math.ceil(this.#lengths.length * 1.5)
    this.#ids = enlarged(this.#ids, new Uint8Array(room * CHUNK_ID_BYTES))
    this.#lengths = enlarged(this.#lengths, new Float64Array(room))
    this.#offsets = enlarged(this.#offsets, new Float64Array(room))
  }
}

function enlarged<Values extends Uint8Array | Float64Array>(
  values: Values,
  larger: Values,
): Values {
  larger.set(values)
  return larger
}
