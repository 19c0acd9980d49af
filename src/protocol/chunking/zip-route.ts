import { parseZipDirectory } from '../zip/central-directory.ts'
import { DESCRIPTOR_LENGTHS, FLAG_DATA_DESCRIPTOR } from '../zip/layout.ts'
import { localDataLength } from '../zip/local-header.ts'
import type { ZipDirectory, ZipRefusal } from '../zip/outcome.ts'
import { createTailBuffer } from './tail-buffer.ts'

/**
 * What is kept of an archive's end while it flows by, in bytes: the directory of 65,535 entries. A
 * longer one is read from the stored bytes, so that no slow upload holds more.
 */
const KEPT_END_MAX_BYTES = 4 * 1024 * 1024

/** The bytes between a local header and whatever follows: one chunk. */
export interface Payload {
  /** In bytes. */
  length: number
  /** How many of them, the last ones, are a data descriptor. */
  descriptorLength: number
}

/** Tells the chunker of a zip archive the places of its pieces. */
export interface ZipRoute {
  /** First byte of the last chunk; `undefined` when its signature will tell. */
  readonly finalOffset: number | undefined
  /** Memory that it holds, in bytes. */
  readonly heldBytes: number
  /** What follows the complete local header at `offset`. */
  payloadAfter(header: Uint8Array, offset: number): Payload | ZipRefusal
  /** Shows the bytes of the last chunk as they come. */
  passFinal(bytes: Uint8Array): ZipRefusal | undefined
  /** Judges, at the end, whether the pieces lay where they should. */
  settle(size: number, finalOffset: number): ZipRefusal | undefined
}

/** Follows a directory that was read before: right for every archive, whatever its headers say. */
export function followDirectory(directory: ZipDirectory): ZipRoute {
  const { localOffsets, compressedSizes, flags } = directory
  let entry = 0

  return {
    finalOffset: directory.offset,
    // The directory was there before and is counted by whoever read it.
    heldBytes: 0,

    payloadAfter(header, offset) {
      const dataOffset = offset + header.length
      const length = (localOffsets[entry + 1] ?? directory.offset) - dataOffset
      const descriptorLength = length - (compressedSizes[entry] ?? 0)
      if (localOffsets[entry] !== offset || descriptorLength < 0) return 'local-header-wrong'
      const described = ((flags[entry] ?? 0) & FLAG_DATA_DESCRIPTOR) !== 0
      entry += 1
      if (!described || !DESCRIPTOR_LENGTHS.includes(descriptorLength)) {
        return { length, descriptorLength: 0 }
      }
      return { length, descriptorLength }
    },

    passFinal: () => undefined,

    settle: (size) => (size === directory.size ? undefined : 'another-stream'),
  }
}

/**
 * Walks from one local header to the next by the sizes that they tell, and compares the way with
 * the directory that comes at the end. Where it succeeds, `followDirectory` gives the same pieces.
 */
export function walkLocalHeaders(): ZipRoute {
  const offsets: number[] = []
  const lengths: number[] = []
  const tail = createTailBuffer(KEPT_END_MAX_BYTES)

  return {
    finalOffset: undefined,
    get heldBytes() {
      return 2 * Float64Array.BYTES_PER_ELEMENT * offsets.length + tail.heldBytes
    },

    payloadAfter(header, offset) {
      const length = localDataLength(header)
      if (length === undefined) return 'sizes-unknown'
      offsets.push(offset)
      lengths.push(length)
      return { length, descriptorLength: 0 }
    },

    passFinal: (bytes) => (tail.append(bytes) ? undefined : 'end-not-kept'),

    settle(_size, finalOffset) {
      const parsed = parseZipDirectory(tail.bytes(), finalOffset)
      if (parsed === undefined) return 'directory-differs'
      if (!parsed.ok) return parsed.reason
      const { offset, localOffsets, compressedSizes } = parsed.directory
      const same =
        offset === finalOffset && isSame(offsets, localOffsets) && isSame(lengths, compressedSizes)
      return same ? undefined : 'directory-differs'
    },
  }
}

function isSame(walked: readonly number[], listed: Float64Array): boolean {
  return walked.length === listed.length && walked.every((value, index) => value === listed[index])
}
