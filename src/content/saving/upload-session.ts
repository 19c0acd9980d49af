import { createHash } from 'node:crypto'
import type {
  AppendFragment,
  SessionRecord,
  SessionStore,
  SessionUsage,
} from '../../ports/metadata/sessions.ts'
import { WopiError } from '../../protocol/errors.ts'
import { FrameError } from '../../protocol/frames/decoder.ts'
import { HEADERS, UPLOAD_SESSION_LIFETIME_MS } from '../../protocol/names.ts'
import { readLimited } from '../bytes/read-limited.ts'
import type { Share } from '../bytes/share.ts'
import {
  CHUNKS_PER_UPLOAD_MAX,
  FRAGMENT_OVERHEAD_BYTES,
  FRAGMENTS_PER_SESSION_MAX,
} from '../limits.ts'
import { abandonPacks } from '../packs/abandon.ts'
import { writePack } from '../packs/pack-writer.ts'
import { pushPieces } from './push-pieces.ts'
import type { ContentServices } from './services.ts'
import {
  completedChunks,
  createChunkListWriter,
  encodeCheckpoint,
  readerOf,
} from './session-format.ts'

const TOKEN_BYTES = 32

/** A session that a request may continue, as it was when the request started. */
export interface LiveSession {
  session: SessionRecord
  usage: SessionUsage
}

/** A fragment as UpdateUploadSession describes it. */
export interface Fragment {
  /** Where it starts in the session's stream, in bytes. */
  offset: number
  /** Length in bytes. */
  length: number
  body: AsyncIterable<Uint8Array>
}

/** Hashes a session's token for the store, so that nobody can use a token read from the store. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Opens an upload session (create-upload-session).
 *
 * @throws WopiError QUOTA_EXCEEDED when the user has too many sessions on this document
 */
export async function createUploadSession(
  { metadata, newId, randomBytes, limits }: ContentServices,
  document: { fileId: string; key: string },
  userId: string,
): Promise<{ token: string; expiresAt: number }> {
  const token = base64url(randomBytes(TOKEN_BYTES))
  const created = await metadata.createSession({
    id: newId(),
    tokenHash: hashToken(token),
    fileId: document.fileId,
    documentKey: document.key,
    userId,
    lifetimeMs: UPLOAD_SESSION_LIFETIME_MS,
    maxSessions: limits.maxSessionsPerUser,
  })
  if (!created.ok)
    throw new WopiError('QUOTA_EXCEEDED', {
      detail: `This user already has ${limits.maxSessionsPerUser} upload sessions on this file, the most allowed`,
    })
  return { token, expiresAt: created.expiresAt }
}

/**
 * Finds the session of a token, committed or not.
 *
 * @throws WopiError SESSION_GONE when the session is unknown, expired, or of another document
 */
export async function findSession(
  metadata: SessionStore,
  token: string,
  documentKey: string,
): Promise<LiveSession> {
  const found = await metadata.readSession(hashToken(token))
  if (found?.session.documentKey !== documentKey || found.now >= found.session.expiresAt)
    throw new WopiError('SESSION_GONE')
  return found
}

/**
 * Finds a session that can still grow; as `findSession`, but a committed session is SESSION_GONE,
 * too.
 */
export async function findOpenSession(
  metadata: SessionStore,
  token: string,
  documentKey: string,
): Promise<LiveSession> {
  const live = await findSession(metadata, token, documentKey)
  if (live.session.committed)
    throw new WopiError('SESSION_GONE', {
      detail: 'This upload session is already committed; create a new one',
    })
  return live
}

/**
 * Appends one fragment (upload-bytes-session). Streams it into a new pack while it reads the frames
 * and hashes every completed chunk, then adds pack, chunks and reader state to the session in one
 * step. A failure before that leaves the session unchanged.
 *
 * @returns where the next fragment must start, in bytes
 * @throws WopiError OFFSET_MISMATCH, LENGTH_MISMATCH, FRAMES_INVALID, TOO_LARGE, SESSION_GONE,
 *   and those of `share`
 */
export async function appendFragment(
  services: ContentServices,
  { session, usage }: LiveSession,
  fragment: Fragment,
  { signal, share }: { signal: AbortSignal; share: Share },
): Promise<number> {
  if (fragment.offset !== session.received) throw offsetMismatch(session.received, fragment.offset)
  checkQuotas(services, session, usage, fragment.length)
  if (fragment.length === 0) return extend(services, session, fragment)

  using _ = services.inFlight.reserve(session.userId, fragment.length + FRAGMENT_OVERHEAD_BYTES)
  const before = completedChunks(session)
  const reader = readerOf(session)
  const chunks = createChunkListWriter()
  async function* checked(): AsyncGenerator<Uint8Array> {
    for await (const bytes of exactly(share.receive(fragment.body), fragment.length)) {
      const held = chunks.heldBytes
      const push = (piece: Uint8Array) => {
        for (const chunk of reader.push(piece)) chunks.add(chunk)
      }
      await share.work(pushPieces(bytes, push))
      if (before + chunks.count > CHUNKS_PER_UPLOAD_MAX) throw tooManyChunks()
      await share.grow(chunks.heldBytes - held)
      yield bytes
    }
  }

  const written = await framesOrRefusal(() =>
    writePack(services, session.documentKey, checked(), signal),
  )
  return append(services, session, {
    offset: fragment.offset,
    length: fragment.length,
    pack: written.pack,
    chunks: chunks.finish(),
    checkpoint: encodeCheckpoint(before + chunks.count, reader.save()),
  })
}

/** 413 for more chunks than one upload may have. */
export function tooManyChunks(): WopiError {
  return new WopiError('TOO_LARGE', {
    detail: `The upload has more than the ${CHUNKS_PER_UPLOAD_MAX} chunks that are allowed`,
  })
}

/** Runs `read` and turns a FrameError into a WopiError (400). */
export async function framesOrRefusal<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FrameError)
      throw new WopiError('FRAMES_INVALID', { detail: error.message, cause: error })
    throw error
  }
}

/**
 * Passes on exactly `length` bytes.
 *
 * @throws WopiError LENGTH_MISMATCH as soon as more bytes arrive, or at the end when fewer did
 */
export async function* exactly(
  body: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array> {
  let received = 0
  for await (const bytes of body) {
    received += bytes.length
    if (received > length) throw lengthMismatch(length, 'more')
    yield bytes
  }
  if (received < length) throw lengthMismatch(length, `only ${received}`)
}

function checkQuotas(
  { limits, inFlight }: ContentServices,
  session: SessionRecord,
  usage: SessionUsage,
  length: number,
): void {
  const rows = [
    [
      'this upload session',
      stored(session.received, session.fragmentCount),
      limits.maxSessionBytes,
    ],
    [
      'the upload sessions of this file',
      stored(usage.documentBytes, usage.documentFragments),
      limits.maxSessionBytesPerDocument,
    ],
    [
      'the upload sessions of this user',
      stored(usage.userBytes, usage.userFragments) + inFlight.of(session.userId),
      limits.maxSessionBytesPerUser,
    ],
  ] as const
  for (const [what, held, most] of rows)
    if (held + length > most)
      throw new WopiError('TOO_LARGE', {
        detail: `With ${length} more bytes ${what} would exceed ${most} bytes`,
      })
  if (session.fragmentCount >= FRAGMENTS_PER_SESSION_MAX)
    throw new WopiError('TOO_LARGE', {
      detail: `The upload session already has ${FRAGMENTS_PER_SESSION_MAX} fragments, the most allowed: send larger fragments`,
    })
}

/** What fragments count, in bytes. */
function stored(bytes: number, fragments: number): number {
  return bytes + fragments * FRAGMENT_OVERHEAD_BYTES
}

/** An empty fragment adds nothing, but it extends the life of the session. */
async function extend(
  { metadata }: ContentServices,
  { tokenHash, received }: SessionRecord,
  { body }: Fragment,
): Promise<number> {
  if ((await readLimited(body, 0)) === undefined) throw lengthMismatch(0, 'more')
  const extended = await metadata.extendSession(tokenHash, received, UPLOAD_SESSION_LIFETIME_MS)
  if (extended.ok) return received
  const found = await metadata.readSession(tokenHash)
  if (!found || found.session.committed) throw new WopiError('SESSION_GONE')
  throw offsetMismatch(found.session.received, received)
}

async function append(
  services: ContentServices,
  { tokenHash, documentKey }: SessionRecord,
  fragment: Omit<AppendFragment, 'tokenHash' | 'lifetimeMs'>,
): Promise<number> {
  const lifetimeMs = UPLOAD_SESSION_LIFETIME_MS
  const { metadata } = services
  const appended = await metadata.appendFragment({ tokenHash, ...fragment, lifetimeMs })
  if (appended.ok) return appended.received
  await abandonPacks(services, documentKey, [fragment.pack])
  if (appended.reason === 'moved') throw offsetMismatch(appended.received, fragment.offset)
  if (appended.reason === 'gone') throw new WopiError('SESSION_GONE')
  throw new WopiError('INTERNAL', {
    detail: 'The sweeper condemned the new pack before the session named it',
  })
}

/** 400 with the durable offset, from which the client can continue. */
function offsetMismatch(received: number, offset: number): WopiError {
  return new WopiError('OFFSET_MISMATCH', {
    detail: `The next fragment must start at byte ${received}, not at ${offset}`,
    headers: { [HEADERS.uploadSessionCurrentOffset]: String(received) },
  })
}

function lengthMismatch(expected: number, came: string): WopiError {
  return new WopiError('LENGTH_MISMATCH', {
    detail: `The body must have ${expected} bytes, not ${came}`,
  })
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
