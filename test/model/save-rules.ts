import { isTrueChunk, readFrames, readHeader, type Text, TYPE } from './bytes.ts'
import { refuseWrite, version } from './lock-rules.ts'
import {
  type CreateUploadSession,
  type PutChunkedFile,
  type PutFile,
  type Reply,
  reply,
  UNSEEN,
  type UpdateUploadSession,
} from './messages.ts'
import {
  contentOf,
  keep,
  MAIN,
  SESSION_LIFE,
  type Signature,
  type Stream,
  type World,
  wholeStream,
} from './world.ts'

/** PutFile: the bytes are new, and what belonged to the old ones goes (file-content-data-model). */
export function applyPutFile(world: World, request: PutFile): Reply {
  const refused = refuseWrite(world, request, contentOf(world.streams[MAIN]).length)
  if (request.broken) return UNSEEN
  if (refused) return refused
  world.sequenceNumber++
  world.streams = { [MAIN]: wholeStream(request.content, world.now) }
  keep(world.properties, ({ retention }) => retention === 'KeepOnContentChange')
  return reply(200, version(world))
}

/** PutChunkedFile: locks before sequence number before body, and the result of a lost reply again. */
export function applyPutChunkedFile(world: World, request: PutChunkedFile): Reply {
  const refused = refuseChunkedPut(world, request)
  if (request.defect === 'broken') return UNSEEN
  const repeated = refused?.status !== 400 && repeatedCommit(world, request)
  if (repeated) return saved(world)
  if (refused) return refused

  world.sequenceNumber++
  for (const signature of request.signatures) putStream(world, signature)
  for (const { name, ...property } of request.properties)
    world.properties[name] = { ...property, updatedAt: world.now }
  const session = request.session && world.sessions[request.session]
  if (session)
    session.committed = {
      message: messageOf(request),
      baseSequenceNumber: request.sequenceNumber,
      sequenceNumber: world.sequenceNumber,
    }
  return saved(world)
}

function refuseChunkedPut(world: World, request: PutChunkedFile): Reply | undefined {
  const { lockId, coauthLockId, defect } = request
  if (lockId !== undefined && coauthLockId !== undefined) return reply(400)
  const locked = refuseWrite(world, request, contentOf(world.streams[MAIN]).length)
  if (locked) return locked
  if (request.sequenceNumber !== world.sequenceNumber)
    return reply(412, { 'X-WOPI-SequenceNumber': String(world.sequenceNumber) })
  if (defect === 'message') return reply(400)

  const session = request.session === undefined ? undefined : openSession(world, request.session)
  if (request.session !== undefined && !session) return reply(410)
  if (defect === 'hash' || defect === 'end') return reply(400)
  const appended = readFrames(session?.received ?? '')
  if (appended.rest !== '') return reply(400)

  const there = new Set(['', ...request.inline, ...appended.frames.map(({ payload }) => payload)])
  for (const chunk of hostChunks(world)) there.add(chunk)
  const named = request.signatures.flatMap(({ chunks }) => chunks)
  if (named.some((chunk) => !there.has(chunk))) return reply(400)
  return isLying(request) ? reply(400) : undefined
}

/** The same commit once more, whose result is still the latest state: its reply was lost. */
function repeatedCommit(world: World, request: PutChunkedFile): boolean {
  const committed = world.sessions[request.session ?? '']?.committed
  return (
    committed !== undefined &&
    request.defect !== 'message' &&
    committed.message === messageOf(request) &&
    committed.baseSequenceNumber === request.sequenceNumber &&
    committed.sequenceNumber === world.sequenceNumber
  )
}

function messageOf(request: PutChunkedFile): string {
  return JSON.stringify([request.signatures, request.properties, request.session, isLying(request)])
}

/** Whether the message tells the length of some chunk wrong. */
function isLying({ signatures, defect }: PutChunkedFile): boolean {
  return defect === 'length' && signatures.some(({ chunks }) => chunks.length > 0)
}

function saved(world: World): Reply {
  return reply(200, {
    'X-WOPI-SequenceNumber': String(world.sequenceNumber),
    ...version(world),
  })
}

function putStream(world: World, declared: Signature & { streamId: string }): void {
  const { streamId, scheme, chunks } = declared
  if (chunks.length === 0 && streamId !== MAIN) delete world.streams[streamId]
  else world.streams[streamId] = servedStream({ scheme, chunks }, world.now)
}

/** A signature is served as it was declared, unless it hides a zip or there are no bytes. */
function servedStream({ scheme, chunks }: Signature, updatedAt: number): Stream {
  const content = chunks.join('')
  const whole = content === '' || (scheme === 'FullFile' && chunks.length === 1)
  if (whole) return wholeStream(content, updatedAt)
  return { scheme, chunks: [...chunks], alsoKnown: [], updatedAt }
}

/** Chunks that a client need not send. */
export function hostChunks({ streams }: World): Text[] {
  return Object.values(streams).flatMap(({ chunks, alsoKnown }) => [...chunks, ...alsoKnown])
}

/** Chunks that are whole in an upload session. */
export function sessionChunks(world: World, name: string): Text[] {
  return readFrames(world.sessions[name]?.received ?? '').frames.map(({ payload }) => payload)
}

export function applyCreateSession(world: World, { session }: CreateUploadSession): Reply {
  const expiresAt = world.now + SESSION_LIFE
  world.sessions[session] = { received: '', expiresAt }
  return reply(200, {}, { expiresAt })
}

/** UpdateUploadSession (upload-bytes-session): the next bytes wholly, or nothing. */
export function applyUpdateSession(world: World, request: UpdateUploadSession): Reply {
  const session = openSession(world, request.session)
  if (request.broken) return UNSEEN
  if (!session) return reply(410)
  const { offset, body, length } = request
  const received = session.received + body
  const fits = offset === session.received.length && length === body.length
  if (!fits || !couldBeChunks(received)) return reply(400, currentOffset(session))
  session.received = received
  session.expiresAt = world.now + SESSION_LIFE
  return reply(200, currentOffset(session))
}

/** Whether bytes are Chunk frames with true ids, as far as they go. */
function couldBeChunks(bytes: Text): boolean {
  const { frames, rest } = readFrames(bytes)
  const next = readHeader(rest)?.type ?? TYPE.chunk
  return frames.every(isTrueChunk) && next === TYPE.chunk
}

function openSession(world: World, name: string) {
  const session = world.sessions[name]
  return session?.committed ? undefined : session
}

function currentOffset({ received }: { received: Text }) {
  return { 'X-WOPI-UploadSessionCurrentOffset': String(received.length) }
}
