/**
 * Writes test/fixtures/frames: streams of frames that are wrong in one way each. The folder says
 * who must refuse them (`decoder`, `chunk-reader`, `session`), the name with which error code:
 * `CODE.bin`, or `CODE.variant.bin` where there are several.
 *
 *   node test/helpers/hostile-frames.ts
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../src/protocol/frames/encoder.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { bytesFromHex, chunkFrame, concatBytes, encodeFrames } from './frames.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/frames')
const ID = '3a9496869b75d81464b865f8cfb6d03e'
const ONE_BYTE_RANGE = `00000004 00000024 0000000000000001 ${ID}`

const text = new TextEncoder().encode('SampleTextVersion-1')
const message = encodeMessage(new TextEncoder().encode('{}'))
const chunk = encodeFrames([chunkFrame(text)])
const range = concatBytes([
  encodeFrameHeader({
    type: 'ChunkRange',
    payloadSize: text.length,
    chunkId: chunkIdOf(text),
    offset: 0,
    length: text.length,
    endOfChunk: true,
  }),
  text,
])

const STREAMS: Record<string, Uint8Array> = {
  'decoder/FRAME_TYPE_UNKNOWN.zero.bin': bytesFromHex('00000000 00000000 0000000000000000'),
  'decoder/FRAME_TYPE_UNKNOWN.five.bin': bytesFromHex('00000005 00000000 0000000000000000'),
  'decoder/FRAME_TYPE_UNKNOWN.little-endian.bin': bytesFromHex(
    '01000000 00000000 0000000000000000',
  ),
  'decoder/FRAME_TYPE_UNKNOWN.bare-json.bin': new TextEncoder().encode('{"ContentFilters":[]}'),
  'decoder/FRAME_TYPE_UNKNOWN.after-a-chunk.bin': concatBytes([chunk, new Uint8Array(16)]),
  'decoder/EXTENDED_HEADER_SIZE_WRONG.end-frame.bin': bytesFromHex(
    `00000001 00000010 0000000000000000 ${ID}`,
  ),
  'decoder/EXTENDED_HEADER_SIZE_WRONG.message.bin': bytesFromHex(
    '00000002 00000001 0000000000000002 00 7b7d',
  ),
  'decoder/EXTENDED_HEADER_SIZE_WRONG.chunk.bin': bytesFromHex(
    '00000003 00000000 0000000000000001 00',
  ),
  'decoder/EXTENDED_HEADER_SIZE_WRONG.chunk-of-a-range.bin': bytesFromHex(
    `00000003 00000024 0000000000000000 ${ID} 0000000000000000 0000000000000000 00000001`,
  ),
  'decoder/EXTENDED_HEADER_SIZE_WRONG.range-of-a-chunk.bin': bytesFromHex(
    `00000004 00000010 0000000000000000 ${ID}`,
  ),
  'decoder/EXTENDED_HEADER_SIZE_WRONG.four-gigabytes.bin': bytesFromHex(
    '00000003 ffffffff 0000000000000000',
  ),
  'decoder/END_FRAME_WITH_PAYLOAD.bin': bytesFromHex('00000001 00000000 0000000000000001 00'),
  'decoder/END_FRAME_WITH_PAYLOAD.huge.bin': bytesFromHex('00000001 00000000 ffffffffffffffff'),
  'decoder/PAYLOAD_SIZE_TOO_LARGE.bin': bytesFromHex(`00000003 00000010 0020000000000000 ${ID}`),
  'decoder/PAYLOAD_SIZE_TOO_LARGE.negative.bin': bytesFromHex('00000002 00000000 ffffffffffffffff'),
  'decoder/RANGE_OFFSET_TOO_LARGE.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 0020000000000000 0000000000000001 00000000 00`,
  ),
  'decoder/RANGE_OFFSET_TOO_LARGE.by-its-end.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 001fffffffffffff 0000000000000001 00000000 00`,
  ),
  'decoder/RANGE_LENGTH_TOO_LARGE.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 0000000000000000 8000000000000001 00000000 00`,
  ),
  'decoder/RANGE_LENGTH_MISMATCH.longer.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 0000000000000000 0000000000000002 00000000 00`,
  ),
  'decoder/RANGE_LENGTH_MISMATCH.zero.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 0000000000000000 0000000000000000 00000000 00`,
  ),
  'decoder/RANGE_FLAGS_UNKNOWN.two.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 0000000000000000 0000000000000001 00000002 00`,
  ),
  'decoder/RANGE_FLAGS_UNKNOWN.little-endian.bin': bytesFromHex(
    `${ONE_BYTE_RANGE} 0000000000000000 0000000000000001 01000000 00`,
  ),
  'decoder/HEADER_TRUNCATED.bin': message.subarray(0, 15),
  'decoder/HEADER_TRUNCATED.end-frame.bin': concatBytes([message, END_FRAME.subarray(0, 4)]),
  'decoder/EXTENDED_HEADER_TRUNCATED.none-of-it.bin': chunk.subarray(0, 16),
  'decoder/EXTENDED_HEADER_TRUNCATED.chunk.bin': chunk.subarray(0, 31),
  'decoder/EXTENDED_HEADER_TRUNCATED.range.bin': range.subarray(0, 51),
  'decoder/PAYLOAD_TRUNCATED.none-of-it.bin': message.subarray(0, 16),
  'decoder/PAYLOAD_TRUNCATED.chunk.bin': chunk.subarray(0, -1),
  'decoder/PAYLOAD_TRUNCATED.range.bin': range.subarray(0, -1),

  'chunk-reader/FRAME_NOT_ALLOWED.message.bin': concatBytes([chunk, message, END_FRAME]),
  'chunk-reader/FRAME_NOT_ALLOWED.range.bin': concatBytes([range, END_FRAME]),
  'chunk-reader/FRAME_TYPE_UNKNOWN.bin': new Uint8Array(16),
  'chunk-reader/CHUNK_HASH_MISMATCH.payload.bin': concatBytes([chunk.with(32, 0), END_FRAME]),
  'chunk-reader/CHUNK_HASH_MISMATCH.id.bin': concatBytes([chunk.with(16, 0), END_FRAME]),
  'chunk-reader/CHUNK_HASH_MISMATCH.no-payload.bin': concatBytes([
    bytesFromHex(`00000003 00000010 0000000000000000 ${ID}`),
    END_FRAME,
  ]),
  'chunk-reader/CHUNK_HASH_MISMATCH.words-turned-round.bin': concatBytes([
    bytesFromHex('00000003 00000010 0000000000000013 14d8759b8696943a3ed0b6cff865b864'),
    text,
    END_FRAME,
  ]),
  'chunk-reader/END_FRAME_MISSING.bin': chunk,
  'chunk-reader/END_FRAME_MISSING.nothing.bin': new Uint8Array(),
  'chunk-reader/HEADER_TRUNCATED.end-frame.bin': concatBytes([chunk, END_FRAME.subarray(0, 15)]),
  'chunk-reader/PAYLOAD_TRUNCATED.bin': chunk.subarray(0, -1),

  'session/FRAME_NOT_ALLOWED.end-frame.bin': concatBytes([chunk, END_FRAME]),
  'session/FRAME_NOT_ALLOWED.message.bin': concatBytes([message, chunk]),
  'session/FRAME_NOT_ALLOWED.range.bin': range,
  'session/CHUNK_HASH_MISMATCH.second-chunk.bin': concatBytes([chunk, chunk.with(50, 0)]),
  'session/PAYLOAD_TRUNCATED.bin': chunk.subarray(0, -1),
}

await rm(FOLDER, { recursive: true, force: true })
for (const [name, bytes] of Object.entries(STREAMS)) {
  const path = join(FOLDER, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}
