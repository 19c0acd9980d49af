/** Name of a chunk inside one document: its 128-bit SpookyHash V2, raw, as standard Base64. */
export type ChunkId = string

/** A run of a stream's bytes. */
export interface Chunk {
  id: ChunkId
  /** In bytes. */
  length: number
}

/** A chunk with its place in the stream. */
export interface PlacedChunk extends Chunk {
  /** First byte, counted from the start of the stream. */
  offset: number
}

export type ChunkingScheme = 'Zip' | 'FullFile'

/** The chunks of a stream, which follow each other without gaps. */
export interface StreamChunks {
  scheme: ChunkingScheme
  /** Of the stream, in bytes. */
  size: number
  chunks: Chunk[]
  /** Other names under which parts of the stream may be asked for. */
  alternatives: PlacedChunk[]
}

/** Reads `length` bytes of a stream from `offset` on; rejects when it cannot give all of them. */
export type RangeReader = (offset: number, length: number) => Promise<Uint8Array>
