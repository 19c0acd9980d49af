import assert from 'node:assert/strict'
import type { SendOptions, TestHost, TestReply } from '../helpers/test-host.ts'
import {
  base64Id,
  bytesOf,
  CHUNKS,
  CONTENTS,
  chunkFrame,
  END_FRAME,
  type RawFrame,
  readFrames,
  type Text,
  TYPE,
  textOf,
  writeFrame,
  ZIP_CHUNKS,
} from './bytes.ts'
import { tableText } from './lock-rules.ts'
import {
  type CoauthRequest,
  DECISIVE_HEADERS,
  type LockRequest,
  type PutChunkedFile,
  type Reply,
  type Request,
  UNSEEN,
  type UpdateUploadSession,
} from './messages.ts'
import { sortedByName } from './read-rules.ts'

/** Sends the model's requests to a host, and puts what comes back into the model's terms. */
export interface Wire {
  send(request: Request): Promise<Reply>
}

/** What clients must remember of former replies. */
interface Memory {
  /** Of each upload session, by its name in the model. */
  tokens: Map<string, string>
  chunks: Map<string, Text>
  /** Of each CoauthTable the version, and the other way round. */
  tables: Map<string, string>
  versions: Map<string, string>
}

type Sending = SendOptions & { override?: string; contents?: boolean }

const PIECES = 3

/** @param turn lets others go first, at the host's pauses and between the pieces of a body */
export function createWire(host: TestHost, turn: () => Promise<void>): Wire {
  const memory: Memory = {
    tokens: new Map(),
    chunks: new Map(
      [...CHUNKS, ...CONTENTS, ...ZIP_CHUNKS].map((chunk) => [base64Id(chunk), chunk]),
    ),
    tables: new Map(),
    versions: new Map(),
  }
  return {
    async send(request) {
      const { override, ...sending } = encode(request, memory)
      const { body } = sending
      const broken = 'broken' in request ? request.broken : isBroken(request)
      const aborter = new AbortController()
      const pieces = body instanceof Uint8Array ? cut(body, turn, broken && aborter) : undefined
      const received = await host.send(override, {
        token: `${request.user}:${request.user === 'reader' ? 'read' : 'write'}`,
        ...sending,
        ...(pieces && { body: pieces }),
        signal: aborter.signal,
      })
      if (!broken) return decode(request, received, memory)
      assert.ok(received.status >= 400, `${received.status} to a body that broke off`)
      return UNSEEN
    },
  }
}

function isBroken(request: Request): boolean {
  return request.op === 'PutChunkedFile' && request.defect === 'broken'
}

async function* cut(
  bytes: Uint8Array,
  turn: () => Promise<void>,
  breaking: AbortController | false,
) {
  const size = Math.ceil(bytes.length / PIECES) || 1
  for (let at = 0; at < bytes.length; at += size) {
    await turn()
    // The last piece of a body that breaks never comes, so that no frame looks complete by chance.
    if (breaking && at + size >= bytes.length) break
    yield bytes.slice(at, at + size)
  }
  if (!breaking) return
  breaking.abort()
  throw new Error('The connection broke')
}

function encode(request: Request, memory: Memory): Sending {
  switch (request.op) {
    case 'Lock':
    case 'RefreshLock':
    case 'Unlock':
    case 'UnlockAndRelock':
    case 'GetLock':
      return encodeLock(request)
    case 'GetCoauthLock':
    case 'RefreshCoauthLock':
    case 'UnlockCoauthLock':
    case 'GetCoauthTable':
      return encodeCoauth(request, memory)
    case 'CheckFileInfo':
      return {}
    case 'GetFile':
      return { contents: true }
    case 'GetSequenceNumber':
      return { override: 'GET_SEQUENCE_NUMBER' }
    case 'PutFile': {
      const headers = present({ 'X-WOPI-Lock': request.lockId })
      return { override: 'PUT', contents: true, headers, body: bytesOf(request.content) }
    }
    case 'PutChunkedFile':
      return encodePut(request, memory)
    case 'CreateUploadSession':
      return { override: 'CREATE_UPLOAD_SESSION' }
    case 'UpdateUploadSession':
      return encodeUpdate(request, memory)
    case 'GetChunkedFile': {
      const ContentFilters = request.filters.map(({ streamId, chunksToReturn, known }) => ({
        StreamId: streamId,
        ChunkingScheme: 'Zip',
        ChunksToReturn: chunksToReturn,
        AlreadyKnownChunks: known.map((chunk) => idOf(chunk, memory)),
      }))
      const message = { ContentPropertiesToReturn: request.properties, ContentFilters }
      return { override: 'GET_CHUNKED_FILE', body: framesOf(message) }
    }
    case 'GetChunks': {
      const ContentFilters = request.filters.map(({ streamId, ranges }) => ({
        StreamId: streamId,
        ChunkingScheme: 'Zip',
        ChunkRangesToReturn: ranges.map(({ chunk, offset, length }) => ({
          ChunkId: idOf(chunk, memory),
          Offset: offset,
          Length: length,
        })),
      }))
      return { override: 'GET_CHUNKS', body: framesOf({ ContentFilters }) }
    }
  }
}

const LOCK_OVERRIDES = {
  Lock: 'LOCK',
  RefreshLock: 'REFRESH_LOCK',
  Unlock: 'UNLOCK',
  UnlockAndRelock: 'LOCK',
  GetLock: 'GET_LOCK',
}

function encodeLock({ op, ...request }: LockRequest): Sending {
  const headers = present({
    'X-WOPI-Lock': request.lockId,
    'X-WOPI-OldLock': op === 'UnlockAndRelock' ? request.oldLockId : undefined,
    'X-WOPI-LockExpirationTimeout': request.timeout?.toString(),
    'X-WOPI-LockUserVisible': request.userVisible ? 'True' : undefined,
  })
  return { override: LOCK_OVERRIDES[op], headers }
}

const COAUTH_OVERRIDES = {
  GetCoauthLock: 'GET_COAUTH_LOCK',
  RefreshCoauthLock: 'REFRESH_COAUTH_LOCK',
  UnlockCoauthLock: 'UNLOCK_COAUTH_LOCK',
  GetCoauthTable: 'GET_COAUTH_TABLE',
}

function encodeCoauth({ op, ...request }: CoauthRequest, { versions }: Memory): Sending {
  const { metadata, metadataIn, knownTable } = request
  const inBody = metadata !== undefined && metadataIn === 'body'
  const headers = present({
    'X-WOPI-CoauthLockId': request.coauthLockId,
    'X-WOPI-CoauthLockType': request.type,
    'X-WOPI-CoauthLockExpirationTimeout': String(request.timeout),
    'X-WOPI-CoauthLockMetadata': inBody ? undefined : metadata,
    'X-WOPI-CoauthTableVersion': versions.get(knownTable ?? ''),
  })
  const body = Buffer.from(JSON.stringify({ CoauthLockMetadata: metadata }))
  return { override: COAUTH_OVERRIDES[op], headers, ...(inBody && { body: new Uint8Array(body) }) }
}

function encodePut(request: PutChunkedFile, memory: Memory): Sending {
  const { defect, inline, session } = request
  const Signatures = request.signatures.map(({ streamId, scheme, chunks }) => ({
    StreamId: streamId,
    ChunkingScheme: scheme,
    ChunkSignatures: chunks.map((chunk) => ({
      ChunkId: idOf(chunk, memory),
      Length: chunk.length + (defect === 'length' ? 1 : 0),
    })),
  }))
  const message = {
    ContentProperties: request.properties.map(({ name, value, retention }) => ({
      Name: name,
      Value: value,
      Retention: retention,
    })),
    Signatures: defect === 'message' ? 'none' : Signatures,
    UploadSessionTokenToCommit: session === undefined ? null : tokenOf(session, memory),
  }
  const frames = inline.map((chunk) => chunkFrame(chunk))
  if (defect === 'hash') frames.push(chunkFrame('not what it says', 'liar'))
  const headers = present({
    'X-WOPI-Lock': request.lockId,
    'X-WOPI-CoauthLockId': request.coauthLockId,
    'X-WOPI-SequenceNumber': String(request.sequenceNumber),
  })
  const body = framesOf(message, frames, defect === 'end' ? '' : END_FRAME)
  return { override: 'PUT_CHUNKED_FILE', contents: true, headers, body }
}

function encodeUpdate(request: UpdateUploadSession, memory: Memory): Sending {
  const headers = {
    'X-WOPI-UploadSessionToken': tokenOf(request.session, memory),
    'X-WOPI-ContentRangeOffset': String(request.offset),
    'X-WOPI-ContentRangeLength': String(request.length),
  }
  return { override: 'UPDATE_UPLOAD_SESSION', headers, body: bytesOf(request.body) }
}

function framesOf(message: object, frames: readonly Text[] = [], end = END_FRAME): Uint8Array {
  const payload = Buffer.from(JSON.stringify(message)).toString('latin1')
  return bytesOf(
    [writeFrame({ type: TYPE.message, extended: '', payload }), ...frames, end].join(''),
  )
}

function tokenOf(session: string, { tokens }: Memory): string {
  return tokens.get(session) ?? `no token of ${session}`
}

function idOf(chunk: Text, { chunks }: Memory): string {
  const id = base64Id(chunk)
  chunks.set(id, chunk)
  return id
}

/** An empty header is as good as none, and clients of this kind send it so. */
function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value ?? '']))
}

function decode(request: Request, received: TestReply, memory: Memory): Reply {
  const { status } = received
  const headers: Reply['headers'] = {}
  for (const name of DECISIVE_HEADERS) {
    const value = received.headers.get(name)
    if (value !== null) headers[name] = value
  }
  const body = status === 200 ? decodeBody(request, received, memory) : undefined
  return body === undefined ? { status, headers } : { status, headers, body }
}

function decodeBody(request: Request, received: TestReply, memory: Memory): unknown {
  switch (request.op) {
    case 'GetCoauthLock':
    case 'RefreshCoauthLock':
    case 'GetCoauthTable':
      return decodeTable(received, memory)
    case 'CreateUploadSession': {
      const { UploadSessionToken, UploadSessionExpiry } = JSON.parse(received.text)
      memory.tokens.set(request.session, UploadSessionToken)
      return { expiresAt: UploadSessionExpiry }
    }
    case 'GetFile':
      return textOf(received.body)
    case 'CheckFileInfo': {
      const { Size, SequenceNumber, Version, ServerTime } = JSON.parse(received.text)
      return { Size, SequenceNumber, Version, ServerTime }
    }
    case 'GetChunkedFile':
      return decodeChunkedFile(received, memory)
    case 'GetChunks':
      return decodeRanges(received, memory)
    default:
      return undefined
  }
}

/** A table has one version, and a version one table. */
function decodeTable({ headers, body, text }: TestReply, { tables, versions }: Memory) {
  const version = headers.get('X-WOPI-CoauthTableVersion') ?? ''
  assert.notEqual(version, '', 'There is no version of the table')
  const sent = body.length > 0
  const table = sent ? tableText(sortedRows(JSON.parse(text).CoauthTable)) : tables.get(version)
  if (table === undefined) return { table: `unknown version ${version}`, sent }
  assert.equal(tables.get(version) ?? table, table, 'Two tables have one version')
  assert.equal(versions.get(table) ?? version, version, 'One table has two versions')
  tables.set(version, table)
  versions.set(table, version)
  return { table, sent }
}

function sortedRows(rows: { CoauthLockId: string }[]) {
  return rows.toSorted((a, b) => (a.CoauthLockId < b.CoauthLockId ? -1 : 1))
}

function decodeChunkedFile({ body }: TestReply, { chunks }: Memory) {
  const { message, frames } = decodeFrames(body)
  const { ContentProperties, Signatures } = message
  const properties = ContentProperties.map((property: Record<string, string>) => ({
    name: property.Name,
    value: property.Value,
    retention: property.Retention,
  }))
  return {
    properties: sortedByName(properties),
    signatures: Signatures.map((signature: WireSignature) => ({
      streamId: signature.StreamId,
      scheme: signature.ChunkingScheme,
      chunks: signature.ChunkSignatures.map(({ ChunkId, Length }) => {
        const chunk = nameOf(ChunkId, chunks)
        return chunk.length === Length ? chunk : `${Length} bytes instead of ${chunk}`
      }),
    })),
    frames: frames.map((frame) => decodeChunk(frame, chunks)).sort(),
  }
}

interface WireSignature {
  StreamId: string
  ChunkingScheme: string
  ChunkSignatures: { ChunkId: string; Length: number }[]
}

function decodeChunk({ type, extended, payload }: RawFrame, chunks: Memory['chunks']): Text {
  assert.equal(type, TYPE.chunk)
  assert.equal(nameOf(Buffer.from(extended, 'latin1').toString('base64'), chunks), payload)
  return payload
}

function decodeRanges({ body }: TestReply, { chunks }: Memory) {
  const { message, frames } = decodeFrames(body)
  return {
    collection: message.ChunkRangeCollection.map(
      ({ StreamId, ChunkIds }: { StreamId: string; ChunkIds: string[] }) => ({
        streamId: StreamId,
        chunks: ChunkIds.map((id) => nameOf(id, chunks)),
      }),
    ),
    frames: frames.map(({ type, extended, payload }) => {
      assert.equal(type, TYPE.range)
      const header = new DataView(bytesOf(extended).buffer)
      assert.equal(header.getBigUint64(24), BigInt(payload.length))
      return {
        chunk: nameOf(Buffer.from(extended.slice(0, 16), 'latin1').toString('base64'), chunks),
        offset: Number(header.getBigUint64(16)),
        bytes: payload,
        endOfChunk: header.getUint32(32) === 1,
      }
    }),
  }
}

function decodeFrames(body: Uint8Array) {
  const { frames, rest } = readFrames(textOf(body))
  const [first, ...others] = frames
  const last = others.pop()
  assert.deepEqual([first?.type, last?.type, rest], [TYPE.message, TYPE.end, ''])
  const message = JSON.parse(Buffer.from(first?.payload ?? '', 'latin1').toString())
  return { message, frames: others }
}

/** A chunk that no client has ever named came whole. */
function nameOf(id: string, chunks: Memory['chunks']): Text {
  return chunks.get(id) ?? `a chunk of the unknown id ${id}`
}
