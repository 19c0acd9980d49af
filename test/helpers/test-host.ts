import { addDocument } from '../../src/content/add-document.ts'
import {
  type ContentLimits,
  type ContentServices,
  createContentServices,
} from '../../src/content/services.ts'
import { createHandler, type Handler } from '../../src/host/handle.ts'
import type { Features } from '../../src/operations/features.ts'
import type { Access, Permission } from '../../src/ports/access.ts'
import type { HostReply } from '../../src/ports/exchange.ts'
import type { Log } from '../../src/ports/log.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../src/protocol/frames/encoder.ts'
import { encodePutChunkedFileRequest } from '../../src/protocol/messages.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { createMemoryBlobStore } from '../../src/stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../../src/stores/metadata/memory.ts'

export const MINUTE = 60_000
/** When tests begin, in ms since 1970 UTC. */
export const START = Date.UTC(2026, 0, 1)

export const ALL_FEATURES: Features = {
  uploadSessions: true,
  coauth: {
    extensions: ['*'],
    officeCollaborationServiceEndpointUrl: 'https://ocs.example/collab',
    realTimeChannelEndpointUrl: 'https://rtc.example/rtc',
    fileGeoLocationCode: '',
    sharingStatus: 'Shared',
  },
}

/** The stores of a host. */
export type TestStores = Pick<ContentServices, 'metadata' | 'blobs'>

/** A reply whose body was read. */
export interface TestReply {
  status: number
  headers: Headers
  body: Uint8Array
  text: string
}

export interface SendOptions {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: Uint8Array | AsyncIterable<Uint8Array>
  /** `undefined` sends none. */
  token?: string | undefined
  signal?: AbortSignal
  /** Leave Content-Length out. */
  chunked?: boolean
}

export interface TestHost {
  handler: Handler
  content: ContentServices
  fileId: string
  /** Lines that the host has logged, with their level. */
  logged: { level: string; fields: Record<string, unknown>; message: string }[]
  now(): number
  advance(ms: number): void
  /** Sends to the file, or to `/contents` of it. */
  send(
    override: string | undefined,
    options?: SendOptions & { contents?: boolean },
  ): Promise<TestReply>
  /** Sends to any address. */
  request(target: string, options?: SendOptions): Promise<TestReply>
  /** Takes the WOPI lock. */
  lock(lockId: string): Promise<TestReply>
  /** PutFile under a lock. */
  put(body: Uint8Array, lockId?: string): Promise<TestReply>
  get(): Promise<Uint8Array>
}

/**
 * A host over stores in memory with one document. Tokens are `user:permission`, such as
 * `alice:write`.
 */
export async function createTestHost(
  options: {
    content?: Uint8Array
    name?: string
    features?: Features
    limits?: Partial<ContentLimits>
    stores?: TestStores
    now?: () => number
    /** Puts wrappers around the stores, after the document was added. */
    wrapStores?: (stores: TestStores) => TestStores
  } = {},
): Promise<TestHost> {
  let time = START
  const now = options.now ?? (() => time)
  const logged: TestHost['logged'] = []
  const stores = {
    metadata: createMemoryMetadataStore({ now }),
    blobs: createMemoryBlobStore(),
    ...options.stores,
  }
  const fileId = await addDocument(createContentServices(stores), {
    name: options.name ?? 'report.docx',
    ownerId: 'owner',
    content: once(options.content ?? new Uint8Array(0)),
  })
  const content = createContentServices({
    ...(options.wrapStores?.(stores) ?? stores),
    ...(options.limits && { limits: options.limits }),
  })
  const handler = createHandler({
    content,
    features: options.features ?? ALL_FEATURES,
    access: testAccess(),
    log: recordingLog(logged),
  })
  const host: TestHost = {
    handler,
    content,
    fileId,
    logged,
    now,
    advance(ms) {
      time += ms
    },
    send(override, { contents = false, ...rest } = {}) {
      const method = override === undefined ? 'GET' : 'POST'
      const headers = { ...(override && { 'X-WOPI-Override': override }), ...rest.headers }
      const target = `/wopi/files/${fileId}${contents ? '/contents' : ''}`
      return host.request(target, { method, ...rest, headers })
    },
    async request(target, options = {}) {
      const { token, ...rest } = { token: 'alice:write', ...options }
      const query = token === undefined ? '' : `?access_token=${encodeURIComponent(token)}`
      return readReply(await handler(hostRequest(`${target}${query}`, rest)))
    },
    lock: (lockId) => host.send('LOCK', { headers: { 'X-WOPI-Lock': lockId } }),
    put: (body, lockId) =>
      host.send('PUT', {
        contents: true,
        body,
        ...(lockId !== undefined && { headers: { 'X-WOPI-Lock': lockId } }),
      }),
    get: async () => (await host.send(undefined, { contents: true })).body,
  }
  return host
}

/** The body of a PutChunkedFile that replaces the main content by these chunks, sent inline. */
export function putBody(
  chunks: readonly Uint8Array[],
  options: { token?: string; inline?: readonly Uint8Array[]; streamId?: string } = {},
): Uint8Array {
  const message = encodePutChunkedFileRequest({
    contentProperties: [],
    signatures: [
      {
        streamId: options.streamId ?? 'MainContent',
        scheme: chunks.length === 1 ? 'FullFile' : 'Zip',
        chunks: chunks.map((bytes) => ({ id: chunkIdOf(bytes), length: bytes.length })),
      },
    ],
    ...(options.token && { uploadSessionTokenToCommit: options.token }),
  })
  return concat([encodeMessage(message), chunkFrames(options.inline ?? chunks), END_FRAME])
}

/** Chunk frames back to back: what an upload session takes. */
export function chunkFrames(chunks: readonly Uint8Array[]): Uint8Array {
  return concat(
    chunks.flatMap((bytes) => [
      encodeFrameHeader({ type: 'Chunk', chunkId: chunkIdOf(bytes), payloadSize: bytes.length }),
      bytes,
    ]),
  )
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** Bytes that look different everywhere and are the same in every run. */
export function testBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed * 2654435761 + 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

function hostRequest(target: string, options: SendOptions) {
  const headers = new Headers(options.headers)
  const { body = new Uint8Array(0) } = options
  const whole = body instanceof Uint8Array
  return {
    method: options.method ?? 'GET',
    target,
    header: (name: string) => headers.get(name) || undefined,
    contentLength: whole && !options.chunked ? body.length : undefined,
    body: whole ? once(body) : body,
    signal: options.signal ?? new AbortController().signal,
  }
}

async function readReply(reply: HostReply): Promise<TestReply> {
  const parts: Uint8Array[] = []
  const { body } = reply
  if (body instanceof Uint8Array) parts.push(body)
  else if (body) {
    await using opened = body
    for await (const bytes of opened) parts.push(new Uint8Array(bytes))
  }
  const bytes = concat(parts)
  const text = new TextDecoder().decode(bytes)
  return { status: reply.status, headers: new Headers(reply.headers), body: bytes, text }
}

function testAccess(): Access {
  const grants: Record<string, Permission[]> = { read: ['read'], write: ['write'], none: [] }
  return {
    async authenticate(token) {
      const [userId = '', permission = ''] = token.split(':')
      const permissions = grants[permission]
      if (!permissions) return undefined
      const displayName = userId.charAt(0).toUpperCase() + userId.slice(1)
      const expiresAt = START + 600 * MINUTE
      return { userId, displayName, permissions: new Set(permissions), expiresAt }
    },
  }
}

function recordingLog(logged: TestHost['logged']): Log {
  const at = (level: string) => (fields: Record<string, unknown>, message: string) => {
    logged.push({ level, fields, message })
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
