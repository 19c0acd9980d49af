import type { Frame } from '../../protocol/frames/layout.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import type { Suite } from '../cases/case.ts'
import type { RangeValidator } from '../cases/validator.ts'
import { bytesOf, firstDifference } from '../requests/content.ts'

interface Blob {
  frame: Frame
  payload: Uint8Array
}

type RangeFrame = Extract<Frame, { type: 'ChunkRange' }>

/** An expected range, with its chunk. */
interface Wanted {
  id: string
  bytes: Uint8Array
  start: number
  end: number
}

/**
 * What is wrong with ChunkRange frames; a host may bring a range in several, in any order. The flag
 * that a range ends where its chunk ends has to be right (page "encode-send-data").
 */
export function rangesFault(
  blobs: readonly Blob[],
  expected: readonly RangeValidator[],
  resources: Suite['resources'],
): string | undefined {
  const wanted = expected.map(({ chunk, offset, length }): Wanted => {
    const bytes = bytesOf(chunk, resources)
    return { id: chunkIdOf(bytes), bytes, start: offset, end: offset + length }
  })
  for (const blob of blobs) {
    const fault = frameFault(blob, wanted)
    if (fault !== undefined) return fault
  }
  const missing = wanted.find((range) => !isCovered(range, blobs))
  return missing && `Bytes ${missing.start} to ${missing.end} of chunk ${missing.id} have not come`
}

function frameFault({ frame, payload }: Blob, wanted: readonly Wanted[]): string | undefined {
  if (frame.type !== 'ChunkRange') return `A ${frame.type} frame came, expected ChunkRange frames`
  const { chunkId, offset, length, endOfChunk } = frame
  const end = offset + length
  const words = `Bytes ${offset} to ${end} of chunk ${chunkId}`
  const range = wanted.find(
    ({ id, ...own }) => id === chunkId && own.start <= offset && end <= own.end,
  )
  if (!range) return `${words} came, but nobody asked for them`
  if (firstDifference(payload, range.bytes.subarray(offset, end)) !== undefined)
    return `${words} differ from what was asked for`
  if (endOfChunk === (end === range.bytes.length)) return undefined
  return `${words} are said ${endOfChunk ? '' : 'not '}to end where the chunk ends`
}

function isCovered({ id, start, end }: Wanted, blobs: readonly Blob[]): boolean {
  const frames = blobs
    .map(({ frame }) => frame)
    .filter((frame): frame is RangeFrame => frame.type === 'ChunkRange' && frame.chunkId === id)
    .toSorted((left, right) => left.offset - right.offset)
  let at = start
  for (const { offset, length } of frames) if (offset <= at) at = Math.max(at, offset + length)
  return at >= end
}
