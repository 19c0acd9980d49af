import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import type { ChunksToReturn, ContentProperty } from '../../protocol/messages.ts'
import type { Validator } from './validator.ts'
import type { Body, Content, Text } from './values.ts'

/** The requests of cases, operation by operation, as plain data. */

/** What every request may have. */
export interface RequestBase {
  /**
   * Where to send it instead of the file's own URL, usually a URL that the host has returned and
   * that carries its token. The operation's own suffix, such as `/contents`, goes before the query.
   */
  url?: Text
  /** Sends the literal `INVALID` instead of the access token. */
  invalidToken?: boolean
  /** Sends the access token with a change that lenient readers of tokens do not see. */
  alterToken?: TokenChange
  /** Asks by HEAD, for an operation whose method is GET. */
  head?: boolean
  /** Entity tag that the client has already. */
  ifNoneMatch?: Text
  /** Names the whole address in the request line, as to a proxy. */
  absoluteForm?: boolean
  proof?: ProofMutator
  /** Values to keep for later requests of the case. */
  save?: readonly SavedState[]
  /** Left out: the answer must be a 200. An empty list accepts any answer. */
  validators?: readonly Validator[]
}

/**
 * A change of a token: characters behind its end, or the lowest bit of its last character, which
 * carries no information at the end of many Base64 texts.
 */
export type TokenChange = { append: string } | 'lastBit'

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
