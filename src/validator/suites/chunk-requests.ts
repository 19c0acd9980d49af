import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { HEADERS, MAIN_CONTENT } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { JsonProperty, RangeValidator } from '../cases/validator.ts'
import type { Content } from '../cases/values.ts'
import { clause } from './define-group.ts'
import { hasHeader, status } from './expectations.ts'
import { END, idOf, message, rawRead } from './frames.ts'
import { unlockedWith } from './saves.ts'

export const PAGE = 'GetChunks'
export const TEXT = 'SampleTextVersion-1'
export const CHUNK: Content = { text: TEXT }
const ID = idOf(TEXT)
export const BEGIN: readonly Step[] = unlockedWith(TEXT)

export const RANGES = clause(
  PAGE,
  'Each range is answered by its bytes, in frames that say where in the chunk they are.',
)

/** A range of a chunk, the sample one unless another is named; in bytes. */
export interface Asked {
  id?: ChunkId
  offset: number
  length: number
}

export function getRanges(asked: readonly Asked[], expected: readonly RangeValidator[]): Request {
  return getChunks({ MainContent: asked }, framesOf(expected))
}

/** GetChunks; ranges are of the sample chunk unless they name another. */
export function getChunks(
  streams: Readonly<Record<string, readonly Asked[]>>,
  validators: Request['validators'] & object,
): Request {
  const filters = Object.entries(streams).map(([streamId, ranges]) => ({
    StreamId: streamId,
    ChunkingScheme: 'FullFile',
    ChunkRangesToReturn: ranges.map(({ id = ID, offset, length }) => ({
      ChunkId: id,
      Offset: offset,
      Length: length,
    })),
  }))
  return rawRead(PAGE, { frames: [message({ ContentFilters: filters }), END] }, validators)
}

export function framesOf(
  ranges: readonly RangeValidator[],
  more: { json?: readonly JsonProperty[] } = {},
) {
  return [
    status(200),
    hasHeader(HEADERS.sequenceNumber),
    hasHeader(HEADERS.itemVersion),
    { check: 'frames', ranges, json: [listedStream(MAIN_CONTENT)], ...more },
  ] as const
}

export function listedStream(streamId: string): JsonProperty {
  return {
    name: 'ChunkRangeCollection[0].StreamId',
    type: 'string',
    required: true,
    expected: streamId,
  }
}
