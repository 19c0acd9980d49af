import type { Text } from './bytes.ts'
import type { Property, Signature } from './world.ts'

/** What a client sends, in the model's terms. */
export type Request =
  | LockRequest
  | CoauthRequest
  | PutFile
  | PutChunkedFile
  | CreateUploadSession
  | UpdateUploadSession
  | { op: 'GetFile' | 'CheckFileInfo' | 'GetSequenceNumber'; user: User }
  | GetChunkedFile
  | GetChunks

export type User = 'alice' | 'bob' | 'carol' | 'reader'

export interface LockRequest {
  op: 'Lock' | 'RefreshLock' | 'Unlock' | 'UnlockAndRelock' | 'GetLock'
  user: User
  lockId: string
  oldLockId?: string
  /** In seconds. */
  timeout?: number | undefined
  userVisible: boolean
}

export interface CoauthRequest {
  op: 'GetCoauthLock' | 'RefreshCoauthLock' | 'UnlockCoauthLock' | 'GetCoauthTable'
  user: User
  coauthLockId: string
  type: 'Coauth' | 'CoauthExclusive'
  /** In seconds. */
  timeout: number
  metadata?: string | undefined
  metadataIn: 'header' | 'body'
  /** The table that the client has seen last. */
  knownTable?: string | undefined
}

export interface PutFile {
  op: 'PutFile'
  user: User
  lockId?: string | undefined
  content: Text
  /** The connection breaks before the end. */
  broken: boolean
}

export interface PutChunkedFile {
  op: 'PutChunkedFile'
  user: User
  lockId?: string | undefined
  coauthLockId?: string | undefined
  sequenceNumber: number
  signatures: (Signature & { streamId: string })[]
  properties: (Omit<Property, 'updatedAt'> & { name: string })[]
  /** Chunks in the body. */
  inline: Text[]
  session?: string | undefined
  /** What is wrong with the body; `length` makes the signature tell a chunk's length wrong. */
  defect?: 'message' | 'length' | 'hash' | 'end' | 'broken' | undefined
}

export interface CreateUploadSession {
  op: 'CreateUploadSession'
  user: User
  session: string
}

export interface UpdateUploadSession {
  op: 'UpdateUploadSession'
  user: User
  session: string
  offset: number
  body: Text
  /** What X-WOPI-ContentRangeLength says, in bytes. */
  length: number
  broken: boolean
}

export interface GetChunkedFile {
  op: 'GetChunkedFile'
  user: User
  properties: string[]
  filters: { streamId: string; chunksToReturn: 'All' | 'None' | 'LastZipChunk'; known: Text[] }[]
}

export interface GetChunks {
  op: 'GetChunks'
  user: User
  filters: { streamId: string; ranges: { chunk: Text; offset: number; length: number }[] }[]
}

/** The headers that decide what a client does next; of these a reply has no others than told. */
export const DECISIVE_HEADERS = [
  'X-WOPI-Lock',
  'X-WOPI-ConflictingMechanism',
  'X-WOPI-ConflictingLockUsername',
  'X-WOPI-SequenceNumber',
  'X-WOPI-ItemVersion',
  'X-WOPI-UploadSessionCurrentOffset',
] as const

/** What comes back. */
export interface Reply {
  status: number
  headers: Partial<Record<(typeof DECISIVE_HEADERS)[number], string>>
  /** What the body says, in the model's terms. */
  body?: unknown
}

/** The connection broke before a reply could be read. */
export const UNSEEN: Reply = { status: 0, headers: {} }

export function reply(status: number, headers: Reply['headers'] = {}, body?: unknown): Reply {
  return body === undefined ? { status, headers } : { status, headers, body }
}
