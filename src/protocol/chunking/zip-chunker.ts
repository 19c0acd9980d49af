import { CHUNKS_PER_STREAM_MAX } from '../names.ts'
import { type ChunkHash, chunkIdOf, createHash } from '../spooky/spooky.ts'
import { DIRECTORY_ENTRY, LOCAL_HEADER, uint32, viewOf } from '../zip/layout.ts'
import { localHeaderLength } from '../zip/local-header.ts'
import type { ZipRefusal } from '../zip/outcome.ts'
import type { ChunkId } from './chunk.ts'
import { chunkIdFromBytes } from './chunk-id.ts'
import { PackedChunks } from './packed-chunks.ts'
import type { ZipRoute } from './zip-route.ts'

/** Length of a record's signature, in bytes. */
const SIGNATURE_BYTES = 4
/** Most headers fit; the longest one takes 30 + 2 × 65,535 bytes. */
const HEADER_BUFFER_BYTES = 1024

/** What the next bytes belong to. */
type State = 'header' | 'data' | 'descriptor' | 'final' | 'refused'

export type ZipChunks =
  | { ok: true; chunks: PackedChunks; alternatives: PackedChunks }
  | { ok: false; reason: ZipRefusal }

/**
 * Splits a zip archive into local headers, payloads and the rest as it arrives, and hashes each
 * piece. Keeps one header at a time, never payload. Once it has found a reason to refuse, it lets
 * the rest pass unseen.
 */
export class ZipChunker {
  readonly #route: ZipRoute
  #chunks = new PackedChunks()
  #alternatives = new PackedChunks()
  readonly #hash: ChunkHash = createHash()
  #state: State = 'header'
  #reason: ZipRefusal = 'too-short'
  /** In the stream, of the next byte. */
  #position = 0
  /** Where the chunk being taken starts. */
  #chunkOffset = 0
  /** How many bytes the present state still takes. */
  #wanted = SIGNATURE_BYTES
  /** Of the payload being taken, in bytes. */
  #descriptorLength = 0
  /** Bytes that are collected: a local header, or a data descriptor. */
  #record = new Uint8Array(HEADER_BUFFER_BYTES)
  #recordLength = 0

  constructor(route: ZipRoute) {
    this.#route = route
  }

  /** Memory that is held, in bytes. */
  get heldBytes(): number {
    const lists = this.#chunks.heldBytes + this.#alternatives.heldBytes
    return lists + this.#record.length + this.#route.heldBytes
  }

  push(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0 && this.#state !== 'refused') {
      const part = rest.subarray(0, this.#wanted)
      rest = rest.subarray(part.length)
      this.#position += part.length
      this.#wanted -= part.length
      this.#state = this.#take(part)
      if (this.#wanted === 0) this.#state = this.#next()
    }
  }

  finish(): ZipChunks {
    this.#state = this.#settle()
    if (this.#state === 'refused') return { ok: false, reason: this.#reason }
    return { ok: true, chunks: this.#chunks, alternatives: this.#alternatives }
  }

  #take(part: Uint8Array): State {
    if (this.#state === 'header' || this.#state === 'descriptor') this.#collect(part)
    if (this.#state !== 'header') this.#hash.update(part)
    if (this.#state !== 'final') return this.#state
    const reason = this.#route.passFinal(part)
    return reason === undefined ? 'final' : this.#refuse(reason)
  }

  /** What follows when the present state has all its bytes. */
  #next(): State {
    if (this.#isFull()) return this.#refuse('too-many-chunks')
    if (this.#state === 'header') return this.#nextInHeader()
    if (this.#state === 'data') return this.#finishData()
    if (this.#state === 'descriptor') return this.#finishDescriptor()
    return this.#state
  }

  /** A header is taken in up to three steps, each of which tells the length of the next. */
  #nextInHeader(): State {
    if (this.#recordLength === SIGNATURE_BYTES) return this.#readSignature()
    this.#wanted = localHeaderLength(this.#record) - this.#recordLength
    return this.#wanted > 0 ? 'header' : this.#finishHeader()
  }

  #readSignature(): State {
    const signature = uint32(viewOf(this.#record), 0)
    if (signature === LOCAL_HEADER.signature) {
      this.#wanted = LOCAL_HEADER.bytes - SIGNATURE_BYTES
      return 'header'
    }
    if (this.#chunks.length === 0) return this.#refuse('no-local-header')
    if (this.#route.finalOffset !== undefined) return this.#refuse('local-header-wrong')
    return signature === DIRECTORY_ENTRY.signature ? this.#startFinal() : this.#refuse('walk-lost')
  }

  #finishHeader(): State {
    const header = this.#record.subarray(0, this.#recordLength)
    const payload = this.#route.payloadAfter(header, this.#chunkOffset)
    if (typeof payload === 'string') return this.#refuse(payload)
    this.#addChunk(chunkIdOf(header))
    if (payload.length === 0) return this.#startHeader()
    this.#hash.reset()
    this.#descriptorLength = payload.descriptorLength
    this.#wanted = payload.length - payload.descriptorLength
    return this.#wanted > 0 ? 'data' : this.#finishData()
  }

  #finishData(): State {
    if (this.#descriptorLength === 0) return this.#finishPayload()
    this.#addAlternative(this.#hashedId(), this.#chunkOffset, this.#position)
    this.#recordLength = 0
    this.#wanted = this.#descriptorLength
    return 'descriptor'
  }

  #finishDescriptor(): State {
    const descriptor = this.#record.subarray(0, this.#recordLength)
    this.#addAlternative(chunkIdOf(descriptor), this.#position - descriptor.length, this.#position)
    return this.#finishPayload()
  }

  #finishPayload(): State {
    this.#addChunk(this.#hashedId())
    return this.#startHeader()
  }

  #startHeader(): State {
    this.#recordLength = 0
    if (this.#position === this.#route.finalOffset) return this.#startFinal()
    this.#wanted = SIGNATURE_BYTES
    return 'header'
  }

  /** The last chunk has begun already when it was recognized by its signature. */
  #startFinal(): State {
    this.#hash.reset()
    this.#wanted = Number.POSITIVE_INFINITY
    this.#state = 'final'
    return this.#take(this.#record.subarray(0, this.#recordLength))
  }

  #settle(): State {
    if (this.#state === 'refused') return 'refused'
    if (this.#chunks.length === 0) return this.#refuse('too-short')
    if (this.#state !== 'final') return this.#refuse('cut-short')
    const reason = this.#route.settle(this.#position, this.#chunkOffset)
    if (reason !== undefined) return this.#refuse(reason)
    if (this.#isFull()) return this.#refuse('too-many-chunks')
    this.#addChunk(this.#hashedId())
    return 'final'
  }

  #isFull(): boolean {
    return this.#chunks.length >= CHUNKS_PER_STREAM_MAX
  }

  #collect(part: Uint8Array): void {
    const length = this.#recordLength + part.length
    if (length > this.#record.length) {
      const larger = new Uint8Array(Math.max(length, this.#record.length * 2))
      larger.set(this.#record.subarray(0, this.#recordLength))
      this.#record = larger
    }
    this.#record.set(part, this.#recordLength)
    this.#recordLength = length
  }

  /** Ends the chunk at the present position, so that lengths always add up to the stream's. */
  #addChunk(id: ChunkId): void {
    this.#chunks.push({ id, length: this.#position - this.#chunkOffset })
    this.#chunkOffset = this.#position
  }

  /** Names a part of a payload, unless it is empty or the whole payload. */
  #addAlternative(id: ChunkId, offset: number, end: number): void {
    const length = end - offset
    const isWhole = offset === this.#chunkOffset && this.#state === 'descriptor'
    if (length > 0 && !isWhole) this.#alternatives.push({ id, offset, length })
  }

  #hashedId(): ChunkId {
    return chunkIdFromBytes(this.#hash.digest())
  }

  #refuse(reason: ZipRefusal): State {
    this.#reason = reason
    this.#chunks = new PackedChunks()
    this.#alternatives = new PackedChunks()
    return 'refused'
  }
}
