import type { RangeValidator } from '../cases/validator.ts'
import { type Asked, BEGIN, CHUNK, getChunks, getRanges, PAGE, RANGES } from './chunk-requests.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { status } from './expectations.ts'
import { idOf } from './frames.ts'
import { RELEASE } from './locks.ts'
import { unlockedWith } from './saves.ts'

/** What is asked of a chunk of 19 bytes, and where it begins and ends; in bytes. */
const SLICES: Readonly<Record<string, Asked & { end: number; description: string }>> = {
  WholeChunk: {
    offset: 0,
    length: 19,
    end: 19,
    description: 'Asks for all bytes by giving their count.',
  },
  ToTheEnd: {
    offset: 0,
    length: -1,
    end: 19,
    description: 'Asks for all bytes by a length of -1.',
  },
  FirstByte: { offset: 0, length: 1, end: 1, description: 'Asks for the first byte.' },
  LastByte: { offset: 18, length: 1, end: 19, description: 'Asks for the last byte.' },
  AllButTheLastByte: { offset: 0, length: 18, end: 18, description: 'Leaves out the last byte.' },
  Middle: { offset: 4, length: 6, end: 10, description: 'Asks for bytes in the middle.' },
  RestByLength: { offset: 10, length: 9, end: 19, description: 'Asks for the rest by its length.' },
  RestToTheEnd: { offset: 10, length: -1, end: 19, description: 'Asks for the rest by -1.' },
}

/** Ranges of which the page does not say how they are answered. */
const UNUSUAL: Readonly<Record<string, Asked & { description: string }>> = {
  LongerThanTheChunk: { offset: 10, length: 10, description: 'Asks for a byte past the end.' },
  BehindTheEnd: { offset: 20, length: 1, description: 'Begins past the end.' },
  AtTheEnd: { offset: 19, length: -1, description: 'Begins where the chunk ends.' },
  NoBytes: { offset: 3, length: 0, description: 'Asks for no bytes.' },
  NegativeOffset: { offset: -1, length: 2, description: 'Begins before the chunk.' },
  NegativeLength: { offset: 3, length: -2, description: 'Asks for a length of -2.' },
}

export const CHUNK_RANGES = defineGroup('ChunkRange', ['ResumableFileTransfer', 'UpdateAndLocks'], {
  ...Object.fromEntries(
    Object.entries(SLICES).map(([name, { offset, length, end, description }]) => [
      name,
      rangeCase(
        description,
        [{ offset, length }],
        [{ chunk: CHUNK, offset, length: end - offset }],
      ),
    ]),
  ),
  TwoOfOneChunk: rangeCase(
    'Asks for both ends of a chunk.',
    [
      { offset: 0, length: 4 },
      { offset: 15, length: -1 },
    ],
    [
      { chunk: CHUNK, offset: 0, length: 4 },
      { chunk: CHUNK, offset: 15, length: 4 },
    ],
  ),
  Resumed: {
    description: 'Gets a chunk in three requests, each of which goes on where the last one ended.',
    clause: RANGES,
    requests: [
      ...BEGIN,
      getRanges([{ offset: 0, length: 7 }], [{ chunk: CHUNK, offset: 0, length: 7 }]),
      getRanges([{ offset: 7, length: 7 }], [{ chunk: CHUNK, offset: 7, length: 7 }]),
      getRanges([{ offset: 14, length: -1 }], [{ chunk: CHUNK, offset: 14, length: 5 }]),
    ],
    cleanup: RELEASE,
  },
  LargeChunk: largeChunk(),
  ...Object.fromEntries(
    Object.entries(UNUSUAL).map(([name, { offset, length, description }]) => [
      name,
      {
        description: `${description} The page does not say how this is answered.`,
        clause: clause(PAGE, 'Every request is answered.'),
        requests: [...BEGIN, getChunks({ MainContent: [{ offset, length }] }, [status(200, 400)])],
        cleanup: RELEASE,
      },
    ]),
  ),
})

function rangeCase(
  description: string,
  asked: readonly Asked[],
  expected: readonly RangeValidator[],
): CaseDraft {
  return {
    description,
    clause: RANGES,
    requests: [...BEGIN, getRanges(asked, expected)],
    cleanup: RELEASE,
  }
}

function largeChunk(): CaseDraft {
  const text = '0123456789abcdef'.repeat(16_384)
  const at = 100_000
  const asked = { id: idOf(text), offset: at, length: -1 }
  return {
    description: 'Asks for the second half of a chunk of 256 KiB.',
    clause: RANGES,
    requests: [
      ...unlockedWith(text),
      getRanges([asked], [{ chunk: { text }, offset: at, length: text.length - at }]),
    ],
    cleanup: RELEASE,
  }
}
