import type { ChunkingScheme } from '../protocol/chunking/chunk.ts'
import type { ChunksToReturn, ContentProperty } from '../protocol/messages.ts'
import type { Clause } from './report.ts'

/**
 * The cases of a validation run as plain data: what Microsoft's TestCases.xml is parsed into, and
 * what built-in suites are written in.
 */

/** A text, or the value that an earlier request of the same case has saved under a name. */
export type Text = string | { state: string }

/** A body of JSON; an object whose only member is `state` stands for a saved value. */
export type JsonTemplate =
  | string
  | number
  | boolean
  | null
  | readonly JsonTemplate[]
  | { readonly [name: string]: JsonTemplate }

/** Bytes of a document: written down, or by the id of a resource of the suite. */
export type Content = { text: string } | { bytes: Uint8Array } | { resource: string }

/** One frame of a body, well-formed or not: what is left out is computed. */
export interface RawFrame {
  /** FrameType on the wire: 1 EndFrame, 2 MessageJSON, 3 Chunk, 4 ChunkRange. */
  type: number
  extendedHeader?: Uint8Array
  payload?: { json: JsonTemplate } | Content
  /** In bytes; the true sizes when left out. */
  claims?: { extendedHeaderBytes?: number; payloadBytes?: number }
}

/** What a request carries. */
export type Body =
  | { text: Text }
  | { bytes: Uint8Array }
  | { resource: string }
  | { json: JsonTemplate }
  | { frames: readonly RawFrame[] }

/** The cases of one file or of one built-in suite. */
export interface Suite {
  name: string
  groups: readonly Group[]
  /** Cases that groups name as their prerequisites. */
  prerequisites: readonly Case[]
  /** Documents by id. A resource without bytes is an error only when a case uses it. */
  resources: ReadonlyMap<string, Resource>
  /** JSON schemas by name. */
  schemas: ReadonlyMap<string, unknown>
}

/** A document that cases send or expect. */
export interface Resource {
  id: string
  /** Left out when the file is not there. */
  bytes?: Uint8Array
  /** Where the file was looked for; for the error when it is missing. */
  path: string
  /** Where its chunks begin, in bytes, when the suite says it; else it is cut as its bytes are. */
  chunkOffsets?: readonly number[]
}

export interface Group {
  name: string
  /** Names of cases in `Suite.prerequisites`; all of them run before each case. */
  prerequisites: readonly string[]
  cases: readonly Case[]
}

/** Microsoft's categories; suites may bring their own. */
export type Category =
  | 'WopiCore'
  | 'OfficeOnline'
  | 'OfficeNativeClient'
  | 'WopiCoauth'
  | (string & {})

export interface Case {
  name: string
  category: Category
  description: string
  /** Whether it waits for locks to expire: runs only when asked for. */
  hasDelay: boolean
  /** Sent in order up to the first that fails. */
  requests: readonly Step[]
  /** Always sent, answers not looked at. */
  cleanup: readonly Step[]
  /** The rule that a failure of this case breaks, unless the check names another. */
  clause?: Clause
}

export type Step = Request | Delay | AtOnce

/** Waits. */
export interface Delay {
  operation: 'Delay'
  seconds: number
}

/** Sends requests in parallel and counts how they end; their own validators and `save` are not used. */
export interface AtOnce {
  operation: 'AtOnce'
  requests: readonly Request[]
  /** Every answer must belong to one outcome, and every outcome have its number of answers. */
  outcomes: readonly Outcome[]
  clause?: Clause
}

export interface Outcome {
  /** In words, for the failure's text: `the winner`. */
  name: string
  /** How many of the answers end so. */
  count: number | { min: number; max: number }
  /** All of them hold for an answer that ends so. */
  validators: readonly Validator[]
}

/** What every request may have. */
export interface RequestBase {
  /**
   * Where to send it instead of the file's own URL, usually a URL that the host has returned and
   * that carries its token. The operation's own suffix, such as `/contents`, goes before the query.
   */
  url?: Text
  /** Sends the literal `INVALID` instead of the access token. */
  invalidToken?: boolean
  proof?: ProofMutator
  /** Values to keep for later requests of the case. */
  save?: readonly SavedState[]
  /** Left out: the answer must be a 200. An empty list accepts any answer. */
  validators?: readonly Validator[]
}

/** How the proof headers of a request are spoilt. */
export interface ProofMutator {
  /** Sends a garbage X-WOPI-Proof. */
  mutateCurrent?: boolean
  /** Sends a garbage X-WOPI-ProofOld. */
  mutateOld?: boolean
  /** `Ahead`: the old proof is signed by the current key; `Behind`: the proof by the old key. */
  keyRelation?: 'Synced' | 'Ahead' | 'Behind'
  /** ISO 8601; the time of sending when left out. */
  timestamp?: string
}

/** A value of an answer under a name. */
export interface SavedState {
  name: string
  /** A header's name, or a path in the JSON body such as `AncestorsWithRootFirst[-1:].Url`. */
  from: { header: string } | { json: string }
}

export type NameMode = 'Suggested' | 'ExactName' | 'Conflicting'

/** A request, by operation. Names and their meaning are those of Microsoft's documentation. */
export type Request = RequestBase &
  (
    | { operation: ParameterlessOperation }
    | { operation: 'Lock'; lock: Text; lockUserVisible?: boolean }
    | { operation: 'Unlock' | 'RefreshLock'; lock: Text }
    | { operation: 'UnlockAndRelock'; oldLock: Text; newLock: Text }
    | { operation: 'PutFile'; lock?: Text; content: Content }
    | {
        operation: 'PutRelativeFile'
        name: Text
        mode: NameMode
        overwrite?: boolean
        content: Content
      }
    | { operation: 'CreateChildFile'; name: Text; mode: NameMode; overwrite?: boolean }
    | { operation: 'CreateChildContainer'; name: Text; mode: NameMode }
    | { operation: 'EnumerateChildren'; extensions?: string }
    | { operation: 'RenameContainer'; name: Text }
    | { operation: 'RenameFile'; name: Text; lock?: Text; coauthLockId?: Text }
    | { operation: 'GetNewAccessToken'; wopiSrc: Text }
    | { operation: 'PutToFileUrl'; content: Content }
    | { operation: 'GetShareUrl'; urlType: Text }
    | { operation: 'AddActivities' | 'PutUserInfo'; body: string }
    | ({ operation: 'GetCoauthLock'; type?: Text } & CoauthLockFields)
    | ({ operation: 'RefreshCoauthLock' } & CoauthLockFields)
    | { operation: 'UnlockCoauthLock'; coauthLockId?: Text }
    | { operation: 'GetCoauthTable'; version?: Text }
    | {
        operation: 'GetChunkedFile'
        propertiesToReturn: readonly string[]
        filters: readonly ContentFilter[]
      }
    | {
        operation: 'PutChunkedFile'
        sequenceNumber?: Text
        lock?: Text
        coauthLockId?: Text
        editors?: Text
        properties: readonly ContentProperty[]
        streams: readonly ContentStream[]
        uploadSessionToken?: Text
      }
    | RawRequest
  )

/** Operations that are told by method and URL, or by nothing but their override. */
export type ParameterlessOperation =
  | 'CheckFileInfo'
  | 'GetFile'
  | 'GetLock'
  | 'GetSequenceNumber'
  | 'EnumerateAncestors'
  | 'GetEcosystem'
  | 'CheckContainerInfo'
  | 'CheckEcosystem'
  | 'GetRootContainer'
  | 'DeleteContainer'
  | 'DeleteFile'
  | 'GetFromFileUrl'

/** A request that is written down header by header, for what no other form can say. */
export interface RawRequest {
  operation: 'Raw'
  /** The operation's name, for reports: `CreateUploadSession`. */
  name: string
  method: string
  /** Suffix of the file's URL, such as `/contents`; none when left out. */
  path?: string
  /** Value of X-WOPI-Override; not sent when left out. */
  override?: string
  /** Sent as they are, empty values and repeated names too. */
  headers?: readonly (readonly [name: string, value: Text])[]
  body?: Body
  /** Sends the access token in neither URL nor header. */
  withoutToken?: boolean
}

export interface CoauthLockFields {
  coauthLockId?: Text
  /** In seconds, as it is sent. */
  expirationTimeout?: Text
  metadata?: Text
  /** Sent as JSON body instead of the header; the header is left out then. */
  metadataAsBody?: string
}

export interface ContentFilter {
  streamId: string
  scheme: ChunkingScheme
  chunksToReturn: ChunksToReturn
  /** What the client has already: its chunks are named as known. */
  existing: Content
}

export interface ContentStream {
  streamId: string
  scheme: ChunkingScheme
  newContent: Content
  /** Chunks of it are not sent again. */
  lastKnown: Content
}

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
  | { type: 'string'; expected?: Text; endsWith?: string; ignoreCase?: boolean }
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
