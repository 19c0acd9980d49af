import type { RangeReader } from '../chunking/chunk.ts'
import { CENTRAL_DIRECTORY_MAX_BYTES } from '../names.ts'
import { parseEntries } from './directory-entries.ts'
import { locateDirectory } from './end-record.ts'
import {
  COMMENT_MAX_BYTES,
  END_RECORD,
  LOCAL_HEADER,
  uint32,
  viewOf,
  ZIP64_LOCATOR,
} from './layout.ts'
import { type ByteSpan, createWindow, refuse, type ZipOutcome } from './outcome.ts'

/** What the last read of a stream fetches: end record, the longest comment, zip64 locator. */
const END_SEARCH_BYTES = ZIP64_LOCATOR.bytes + END_RECORD.bytes + COMMENT_MAX_BYTES
/** Length of a record's signature, in bytes. */
const SIGNATURE_BYTES = 4

/**
 * Reads where the entries of a zip archive lie, from its central directory. Local headers are not
 * read: they are checked when the stream flows by. Takes two reads for most documents and four at
 * most, and never asks for more than `CENTRAL_DIRECTORY_MAX_BYTES` at a time.
 *
 * @param size of the stream, in bytes
 * @returns the reason why the stream cannot be chunked as a zip archive, if there is one
 * @throws whatever `read` rejects with; RangeError when it gives fewer bytes than were asked for
 *
 * @example
 * ```ts
 * import { readZipDirectory } from 'wopikit/protocol'
 *
 * const read = async (offset: number, length: number) => docx.subarray(offset, offset + length)
 * const outcome = await readZipDirectory(read, docx.length)
 *
 * assert.ok(outcome.ok && outcome.directory.localOffsets[0] === 0)
 * ```
 */
export async function readZipDirectory(read: RangeReader, size: number): Promise<ZipOutcome> {
  if (size < SIGNATURE_BYTES) return refuse('too-short')
  const head = await readExactly(read, { offset: 0, length: SIGNATURE_BYTES })
  if (uint32(viewOf(head), 0) !== LOCAL_HEADER.signature) return refuse('no-local-header')
  if (size < LOCAL_HEADER.bytes + END_RECORD.bytes) return refuse('too-short')
  const search = searchDirectory(size, 0)
  let step = search.next()
  while (!step.done) step = search.next(await readExactly(read, step.value))
  return step.value
}

/**
 * As `readZipDirectory`, from the end of a stream that is in memory already.
 *
 * @param tail the stream's bytes from `offset` to its end
 * @returns `undefined` when the directory starts before `offset`
 */
export function parseZipDirectory(tail: Uint8Array, offset: number): ZipOutcome | undefined {
  const search = searchDirectory(offset + tail.length, offset)
  let step = search.next()
  while (!step.done) {
    if (step.value.offset < offset) return undefined
    const start = step.value.offset - offset
    step = search.next(tail.subarray(start, start + step.value.length))
  }
  return step.value
}

/** The search itself: yields the bytes that it needs next, whoever fetches them. */
function* searchDirectory(size: number, from: number): Generator<ByteSpan, ZipOutcome, Uint8Array> {
  const tailOffset = Math.max(from, size - END_SEARCH_BYTES)
  const tail = createWindow(yield { offset: tailOffset, length: size - tailOffset }, tailOffset)
  const located = yield* locateDirectory(tail)
  if (!located.ok) return located
  const { offset, length, count } = located
  if (size - offset > CENTRAL_DIRECTORY_MAX_BYTES) return refuse('directory-too-large')
  const bytes = tail.get({ offset, length }) ?? (yield { offset, length })
  return parseEntries(bytes, { size, offset, count })
}

async function readExactly(read: RangeReader, { offset, length }: ByteSpan): Promise<Uint8Array> {
  const bytes = await read(offset, length)
  if (bytes.length === length) return bytes
  throw new RangeError(
    `Cannot read a zip directory: expected ${length} bytes at ${offset}, received ${bytes.length}`,
  )
}
