import { createPatience } from '../../src/content/application/deadlines.ts'
import type { Deliveries } from '../../src/content/application/deliveries.ts'
import { withPatientTree } from '../../src/content/application/patient-tree.ts'
import {
  createApplicationContent,
  createContentServices,
} from '../../src/content/create-content.ts'
import type { ContentLimits } from '../../src/content/limits.ts'
import type { ContentServices } from '../../src/content/saving/services.ts'
import { createApplicationTree } from '../../src/content/trees/application-tree.ts'
import { createOwnTree } from '../../src/content/trees/own-tree.ts'
import { createHandler, type Handler, type HostServices } from '../../src/host/handle.ts'
import type { Features } from '../../src/operations/shared/features.ts'
import { createLinks } from '../../src/operations/shared/links.ts'
import type { Access, Permission } from '../../src/ports/access.ts'
import type { DocumentSource } from '../../src/ports/document-source.ts'
import type { HostReply } from '../../src/ports/exchange.ts'
import type { Log } from '../../src/ports/log.ts'
import type { SignIn } from '../../src/ports/sign-in.ts'
import type { Tree } from '../../src/ports/tree.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../src/protocol/frames/encoder.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { encodePutChunkedFileRequest } from '../../src/protocol/upload-messages.ts'
import { createMemoryBlobStore } from '../../src/stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../../src/stores/metadata/sqlite/in-memory.ts'
import { addDocument } from './add-document.ts'
import { type Alarms, createAlarms } from './alarms.ts'

export const MINUTE = 60_000
/** When tests begin, in ms since 1970 UTC. */
export const START = Date.UTC(2026, 0, 1)

/** What the addresses of a test host begin with. */
export const BASE_URL = 'https://docs.example'

const PLAIN_FEATURES: Features = { uploadSessions: true, containers: true, pages: {} }

export const ALL_FEATURES: Features = {
  ...PLAIN_FEATURES,
  pages: {
    view: ({ fileId }) => `https://app.example/view/${fileId}`,
    edit: ({ fileId }) => `https://app.example/edit/${fileId}`,
    container: ({ containerId }) => `https://app.example/folders/${containerId}`,
    share: ({ fileId, containerId }, type) =>
      `https://app.example/share/${fileId ?? containerId}/${type}`,
  },
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
  /** What Content-Length would say. */
  contentLength: number | undefined
}

export interface SendOptions {
  method?: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'OPTIONS'
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
  /** What the handler is made of. */
  services: HostServices
  content: ContentServices
  fileId: string
  tree: Tree
  /** With an application only: brings its saves to it, once started. */
  deliveries: Deliveries | undefined
  alarms: Alarms
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
 * A host over stores in memory with one document. Tokens are `user:permissions`, such as
 * `alice:write`, `alice:all` or `bob:read+browse`. Tokens that it makes are of the same form.
 */
export async function createTestHost(
  options: {
    content?: Uint8Array
    name?: string
    /** What is left out is switched off. */
    features?: Partial<Features>
    access?: Access
    signIn?: SignIn
    /** Puts the document into the root container. */
    inTree?: boolean
    limits?: Partial<ContentLimits>
    /** An application that keeps the document, called `doc`. */
    application?: DocumentSource
    stores?: TestStores
    now?: () => number
    newId?: () => string
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
  const alarms = createAlarms(now)
  const timing = { alarm: alarms.after, clock: now }
  const log = recordingLog(logged)
  const { application: source } = options
  const fileId = source ? 'doc' : await addFirst(stores, options)
  const contentOptions = {
    ...(options.wrapStores?.(stores) ?? stores),
    ...(options.limits && { limits: options.limits }),
    ...(options.newId && { newId: options.newId }),
  }
  const { content, deliveries } = source
    ? createApplicationContent({ ...contentOptions, documents: source, log, ...timing })
    : { content: createContentServices(contentOptions), deliveries: undefined }
  const own = createOwnTree(content)
  const tree = source
    ? createApplicationTree(content, own, withPatientTree(source, createPatience(timing)))
    : own
  const services: HostServices = {
    content,
    features: options.features ? { ...PLAIN_FEATURES, ...options.features } : ALL_FEATURES,
    access: options.access ?? testAccess(),
    tree,
    links: createLinks(BASE_URL),
    log,
    ...(options.signIn && { signIn: options.signIn }),
  }
  const handler = createHandler(services)
  const host: TestHost = {
    handler,
    services,
    content,
    fileId,
    tree,
    deliveries,
    alarms,
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
  const headers = new Headers(reply.headers)
  const contentLength = reply.contentLength ?? bytes.length
  return { status: reply.status, headers, body: bytes, text, contentLength }
}

async function addFirst(
  stores: TestStores,
  {
    name = 'report.docx',
    content = new Uint8Array(0),
    inTree = false,
    newId,
  }: {
    name?: string
    content?: Uint8Array
    inTree?: boolean
    newId?: () => string
  },
): Promise<string> {
  const services = createContentServices({ ...stores, ...(newId && { newId }) })
  if (!inTree) return addDocument(services, { name, ownerId: 'owner', content: once(content) })
  const tree = createOwnTree(services)
  const { containerId } = await tree.root({ userId: 'owner' })
  const added = await tree.createFile({
    containerId,
    name,
    userId: 'owner',
    content: once(content),
  })
  if (!added.ok) throw new Error(added.reason)
  return added.fileId
}

const ALL_PERMISSIONS = ['read', 'write', 'create', 'rename', 'delete', 'browse'] as const

/** Tokens say themselves what they allow, everywhere; a third part is when they expire. */
function testAccess(): Access {
  return {
    async authenticate(token, { operation }) {
      const [userId = '', named = '', expiry] = token.split(':')
      if (named === 'download' && operation !== 'Download') return undefined
      const permissions = permissionsOf(named)
      if (!permissions) return undefined
      const displayName = userId.charAt(0).toUpperCase() + userId.slice(1)
      const expiresAt = expiry === undefined ? START + 600 * MINUTE : Number(expiry)
      return { userId, displayName, permissions, expiresAt }
    },
    async issue({ user, from, use }) {
      const permissions = from ? [...from.permissions].join('+') : 'all'
      const accessTokenTtl = from?.expiresAt ?? START + 600 * MINUTE
      const accessToken = `${user.userId}:${use ?? permissions}:${accessTokenTtl}`
      return { accessToken, accessTokenTtl }
    },
  }
}

function permissionsOf(named: string): ReadonlySet<Permission> | undefined {
  if (named === 'none') return new Set()
  if (named === 'all') return new Set(ALL_PERMISSIONS)
  if (named === 'download') return new Set(['read'])
  const parts = named.split('+')
  const known = ALL_PERMISSIONS.filter((permission) => parts.includes(permission))
  return known.length === parts.length ? new Set(known) : undefined
}

function recordingLog(logged: TestHost['logged']): Log {
  const at = (level: string) => (fields: Record<string, unknown>, message: string) => {
    logged.push({ level, fields, message })
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
