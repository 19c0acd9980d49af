import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { writeZip } from '../helpers/zip-writer.ts'

/**
 * In the model bytes are text of one character a byte, so that states compare, print and join as
 * plain values; a chunk is named by its own bytes. Only the wire knows of ids.
 */
export type Text = string

export function bytesOf(text: Text): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

export function textOf(bytes: Uint8Array): Text {
  return Buffer.from(bytes).toString('latin1')
}

/** Chunks that clients save: on both sides of the hash's short form, and one without bytes. */
export const CHUNKS: readonly Text[] = ['', 'a', 'b'.repeat(191), 'c'.repeat(192), 'de'.repeat(400)]

const { bytes: zipBytes, entries } = writeZip({ entries: [{ name: 'part.xml', content: 'words' }] })
/** An archive of one entry, and the chunks that the scheme Zip cuts it into. */
export const ZIP: Text = textOf(zipBytes)
export const ZIP_CHUNKS: readonly Text[] = cutZip()

function cutZip(): Text[] {
  const [entry] = entries
  if (!entry) throw new Error('The archive has no entry')
  const dataEnd = entry.dataOffset + entry.compressedSize
  return [ZIP.slice(0, entry.dataOffset), ZIP.slice(entry.dataOffset, dataEnd), ZIP.slice(dataEnd)]
}

/** Contents that come whole. */
export const CONTENTS: readonly Text[] = ['', 'a plain text', 'another '.repeat(50), ZIP]

/** One frame, read and written with nothing but the layout of the page "encode-send-data". */
export interface RawFrame {
  type: number
  extended: Text
  payload: Text
}

export const TYPE = { end: 1, message: 2, chunk: 3, range: 4 } as const
const HEADER_BYTES = 16

export function writeFrame({ type, extended, payload }: RawFrame): Text {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  header.setUint32(0, type)
  header.setUint32(4, extended.length)
  header.setBigUint64(8, BigInt(payload.length))
  return textOf(new Uint8Array(header.buffer)) + extended + payload
}

/** The frames that are whole, and what is left of the bytes behind them. */
export function readFrames(text: Text): { frames: RawFrame[]; rest: Text } {
  const frames: RawFrame[] = []
  for (let at = 0; ; ) {
    const header = readHeader(text.slice(at))
    if (!header || text.length < at + header.size) return { frames, rest: text.slice(at) }
    const extendedEnd = at + HEADER_BYTES + header.extendedSize
    frames.push({
      type: header.type,
      extended: text.slice(at + HEADER_BYTES, extendedEnd),
      payload: text.slice(extendedEnd, at + header.size),
    })
    at += header.size
  }
}

/** What the 16 bytes that every frame begins with say; `undefined` when they are not all there. */
export function readHeader(text: Text) {
  if (text.length < HEADER_BYTES) return undefined
  const header = new DataView(bytesOf(text.slice(0, HEADER_BYTES)).buffer)
  const extendedSize = header.getUint32(4)
  const size = HEADER_BYTES + extendedSize + Number(header.getBigUint64(8))
  return { type: header.getUint32(0), extendedSize, size }
}

export const END_FRAME: Text = writeFrame({ type: TYPE.end, extended: '', payload: '' })

/** A Chunk frame; with `liar` its id is that of other bytes. */
export function chunkFrame(payload: Text, liar?: 'liar'): Text {
  const extended = rawId(liar ? `${payload}!` : payload)
  return writeFrame({ type: TYPE.chunk, extended, payload })
}

/** Whether a frame is a Chunk frame whose id is the hash of its payload. */
export function isTrueChunk({ type, extended, payload }: RawFrame): boolean {
  return type === TYPE.chunk && extended === rawId(payload)
}

/** The 16 bytes of a ChunkId. */
export function rawId(chunk: Text): Text {
  return Buffer.from(chunkIdOf(bytesOf(chunk)), 'base64').toString('latin1')
}

/** A ChunkId as JSON has it. */
export function base64Id(chunk: Text): string {
  return chunkIdOf(bytesOf(chunk))
}
