import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import type { Clause } from '../report.ts'
import type { Content, Text } from './values.ts'

/** The checks of an answer, as plain data. */

interface ValidatorBase {
  /** Shown in place of the default words. */
  message?: string
  clause?: Clause
}

/** A check of an answer. */
export type Validator = ValidatorBase &
  (
    | { check: 'status'; expected: number | readonly number[] }
    | HeaderValidator
    | { check: 'lockMismatch'; expectedLock: Text }
    /** The whole body, byte for byte. */
    | { check: 'body'; expected: Content }
    /** Without properties: JSON, or no body at all when `exists` is false. */
    | { check: 'json'; exists?: boolean; properties: readonly JsonProperty[] }
    | { check: 'schema'; schema: string }
    | FramesValidator
    /** Passes when one of them does. */
    | { check: 'or'; of: readonly Validator[] }
    /** Passes when all of them do; for use inside `or`. */
    | { check: 'and'; of: readonly Validator[] }
  )

export interface HeaderValidator {
  check: 'header'
  name: string
  /** Compared without regard to case. Left out: any value. */
  expected?: Text
  /** False unless given: a missing header passes. */
  required?: boolean
  /** True: the header must be missing or empty. */
  absent?: boolean
  /** False: the value must differ from `expected`. */
  shouldMatch?: boolean
  /** Compares as numbers: value, comparator, expected. */
  comparator?: Comparator
  /** A regular expression that the value must match. */
  pattern?: string
}

export type Comparator = '>' | '>=' | '<' | '<='

/** A property of a JSON body. */
export type JsonProperty = {
  /** Path: `Name`, `ChildFiles[0].Url`; `''` is the whole body. */
  name: string
  /** False unless given: a missing property passes. */
  required?: boolean
} & (
  | { type: 'boolean'; expected?: boolean | { state: string } }
  | {
      type: 'integer' | 'long'
      expected?: number | { state: string }
      /** A time in ms since 1970 UTC, at most ten years from now. */
      nearNow?: boolean
    }
  | {
      type: 'string'
      expected?: Text
      /** Must not be this text; compared with nothing when no value was saved. */
      differsFrom?: Text
      endsWith?: string
      ignoreCase?: boolean
    }
  | { type: 'regex'; pattern: string; shouldMatch?: boolean }
  | { type: 'absoluteUrl'; mustIncludeAccessToken?: boolean; expected?: Text }
  | { type: 'array'; contains?: string }
  | { type: 'arrayLength'; expected: number }
  /** Equal to lax JSON, in any order of rows; the value `*` stands for any. */
  | { type: 'body'; expected: string }
  /** The property must not be there. */
  | { type: 'absent' }
)

/** A body of frames: the answer of GetChunkedFile or GetChunks. */
export interface FramesValidator {
  check: 'frames'
  /** Name of the JSON schema of the MessageJSON; none when left out. */
  messageSchema?: string
  /** Number of Chunk and ChunkRange frames. */
  expectedBlobs?: number
  streams?: readonly StreamValidator[]
  properties?: readonly ContentPropertyValidator[]
  /** Checks of the MessageJSON. */
  json?: readonly JsonProperty[]
  /** Payloads of the Chunk and ChunkRange frames, in their order. */
  payloads?: readonly Content[]
  /** What the ChunkRange frames bring: all of it, and nothing else. */
  ranges?: readonly RangeValidator[]
}

/** A part of a chunk, in one frame or in several; in bytes. */
export interface RangeValidator {
  chunk: Content
  offset: number
  length: number
}

export interface StreamValidator {
  streamId: string
  expectedScheme: ChunkingScheme
  /** What `existing` and the chunks that came add up to; not looked at when left out. */
  content?: { existing: Content; expected: Content }
}

export interface ContentPropertyValidator {
  name: string
  /** False: the property must not be there. */
  returned?: boolean
  expectedValue?: string
  expectedRetention?: ContentProperty['retention']
}
