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

/** A session that a request may go on with, as it stood when the request started. */
export interface LiveSession {
  session: SessionRecord
  usage: SessionUsage
}

/** What the caller of UpdateUploadSession says of its fragment. */
export interface Fragment {
  /** Where it starts in the session's stream, in bytes. */
  offset: number
  /** In bytes. */
  length: number
  body: AsyncIterable<Uint8Array>
}

/** Names a session's token in the store, so that nobody who reads the store can use it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Opens an upload session (create-upload-session).
 *
 * @throws WopiError QUOTA_EXCEEDED when the user has too many on this document
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
      detail: `This user has ${limits.maxSessionsPerUser} upload sessions on this file already`,
    })
  return { token, expiresAt: created.expiresAt }
}

/**
 * Finds the session of a token, whether it was committed or not.
 *
 * @throws WopiError SESSION_GONE when it is unknown, expired, or of another document
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

/** As `findSession`, for a session that can still grow: a committed one is SESSION_GONE, too. */
export async function findOpenSession(
  metadata: SessionStore,
  token: string,
  documentKey: string,
): Promise<LiveSession> {
  const live = await findSession(metadata, token, documentKey)
  if (live.session.committed)
    throw new WopiError('SESSION_GONE', { detail: 'This upload session was committed' })
  return live
}

/**
 * Appends one fragment (upload-bytes-session): streams it into a pack of its own while its frames
 * are read and every completed chunk is hashed, then adds pack, chunks and the parser's state to
 * the session in one step. Whatever fails before that leaves the session as it was.
 *
 * @returns where the next fragment must start, in bytes
 * @throws WopiError OFFSET_MISMATCH, LENGTH_MISMATCH, FRAMES_INVALID, TOO_LARGE, SESSION_GONE, and
 *   those of `share`
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

/** More chunks than one upload may bring. */
export function tooManyChunks(): WopiError {
  return new WopiError('TOO_LARGE', {
    detail: `One upload brings at most ${CHUNKS_PER_UPLOAD_MAX} chunks`,
  })
}

/** Runs `read` and turns bytes that are no frames into the client's 400. */
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
 * @throws WopiError LENGTH_MISMATCH as soon as more come, or at the end when fewer came
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
        detail: `${length} bytes more would make ${what} larger than ${most} bytes`,
      })
  if (session.fragmentCount >= FRAGMENTS_PER_SESSION_MAX)
    throw new WopiError('TOO_LARGE', {
      detail: `An upload session has at most ${FRAGMENTS_PER_SESSION_MAX} fragments`,
    })
}

/** What fragments count, in bytes. */
function stored(bytes: number, fragments: number): number {
  return bytes + fragments * FRAGMENT_OVERHEAD_BYTES
}

/** An empty fragment brings nothing, but it is an update: the session lives on. */
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
  throw new WopiError('INTERNAL', { detail: 'The new pack was condemned before it was named' })
}

/** 400 with the durable offset, from which the client can go on. */
function offsetMismatch(received: number, offset: number): WopiError {
  return new WopiError('OFFSET_MISMATCH', {
    detail: `The session stands at byte ${received}; the fragment starts at ${offset}`,
    headers: { [HEADERS.uploadSessionCurrentOffset]: String(received) },
  })
}

function lengthMismatch(expected: number, came: string): WopiError {
  return new WopiError('LENGTH_MISMATCH', {
    detail: `The body must have ${expected} bytes, but ${came} came`,
  })
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
