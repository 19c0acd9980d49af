import { CHUNKS, chunkFrame, END_FRAME, readFrames, type Text } from './bytes.ts'
import { exclusiveId } from './lock-rules.ts'
import type { PutChunkedFile, Request, UpdateUploadSession } from './messages.ts'
import { hostChunks, sessionChunks } from './save-rules.ts'
import type { ChunkChoice, Holding, Intent, PutIntent, UpdateIntent } from './steps.ts'
import { forgetExpired, type World } from './world.ts'

/** What the clients of one run have done so far. */
export interface Clients {
  /** Sessions that were opened. */
  sessions: string[]
  /** Chunks that the host had before the last save, as a client that missed it believes. */
  formerChunks: Text[]
  /** The last save that committed a session. */
  lastCommit?: PutChunkedFile
  /** A table that the host has sent. */
  lastTable?: string | undefined
}

/** Fewer than a host allows one user on one file. */
const SESSIONS_MAX = 20

/** Makes the request that a client with this intent sends in this world; `undefined` for none. */
export function requestOf(intent: Intent, before: World, clients: Clients): Request | undefined {
  const world = structuredClone(before)
  forgetExpired(world)
  const { user } = intent
  switch (intent.kind) {
    case 'lock': {
      const { kind: _, lockId, ...request } = intent
      return { ...request, lockId: lockId ?? world.wopiLock?.lockId ?? 'lock 1' }
    }
    case 'coauth': {
      const { kind: _, knowsTable, ...request } = intent
      const coauthLockId = intent.coauthLockId ?? Object.keys(world.coauthLocks)[0] ?? 'coauth 1'
      const knownTable = knowsTable ? clients.lastTable : undefined
      return { ...request, coauthLockId, knownTable }
    }
    case 'put file': {
      const { lockId } = heldIds(intent.holding, world)
      return { op: 'PutFile', user, lockId, content: intent.content, broken: intent.broken }
    }
    case 'put':
      return putOf(user, intent, world, clients)
    case 'repeat':
      return clients.lastCommit && { ...clients.lastCommit, user, defect: undefined }
    case 'create':
      return createOf(user, clients)
    case 'update':
      return updateOf(user, intent, world, clients)
    case 'read':
      return { op: intent.op, user }
    case 'chunked file': {
      const filters = intent.filters.map(({ known, ...filter }) => ({
        ...filter,
        known: known.flatMap((had) => hadChunk(had, hostChunks(world))),
      }))
      return { op: 'GetChunkedFile', user, filters, properties: intent.properties }
    }
    case 'chunks': {
      const filters = intent.streams.map(({ streamId, ranges }) => ({
        streamId,
        ranges: ranges.flatMap(({ chunk, ...range }) =>
          chosenChunk(chunk, hostChunks(world)).map((bytes) => ({ chunk: bytes, ...range })),
        ),
      }))
      return { op: 'GetChunks', user, filters }
    }
  }
}

function heldIds(holding: Holding, world: World): { lockId?: string; coauthLockId?: string } {
  if (holding === 'nothing') return {}
  if (holding === 'both') return { lockId: 'lock 1', coauthLockId: 'coauth 1' }
  if (holding !== 'what is held') return holding
  if (world.wopiLock) return { lockId: world.wopiLock.lockId }
  const coauthLockId = exclusiveId(world) ?? Object.keys(world.coauthLocks)[0]
  return coauthLockId === undefined ? {} : { coauthLockId }
}

function putOf(user: Request['user'], intent: PutIntent, world: World, clients: Clients) {
  const session = sessionName(intent.session, clients)
  const appended = session === undefined ? [] : sessionChunks(world, session)
  const had = [...appended, ...hostChunks(world)]
  const { formerChunks } = clients
  clients.formerChunks = hostChunks(world)
  const signatures = intent.streams.map(({ chunks, ...stream }) => ({
    ...stream,
    chunks: chunks.flatMap((chunk) => chosenChunk(chunk, [...had, ...formerChunks])),
  }))
  const named = [...new Set(signatures.flatMap(({ chunks }) => chunks))]
  const lacking = named.filter((chunk) => !had.includes(chunk))
  const request: PutChunkedFile = {
    op: 'PutChunkedFile',
    user,
    ...heldIds(intent.holding, world),
    sequenceNumber:
      { current: 0, former: -1, zero: -world.sequenceNumber }[intent.base] + world.sequenceNumber,
    signatures,
    properties: intent.properties,
    inline: {
      all: named,
      'what is lacking': lacking,
      'what was lacking': lacking.filter((chunk) => !formerChunks.includes(chunk)),
      'too little': lacking.slice(1),
    }[intent.sent],
    session,
    defect: intent.defect,
  }
  if (session !== undefined) clients.lastCommit = request
  return request
}

function createOf(user: Request['user'], { sessions }: Clients): Request | undefined {
  if (sessions.length >= SESSIONS_MAX) return undefined
  const session = `session ${sessions.length}`
  sessions.push(session)
  return { op: 'CreateUploadSession', user, session }
}

function updateOf(
  user: Request['user'],
  intent: UpdateIntent,
  world: World,
  clients: Clients,
): UpdateUploadSession | undefined {
  const session = sessionName(intent.session, clients)
  if (session === undefined) return undefined
  const received = world.sessions[session]?.received ?? ''
  const fragment = nextBytes(received, intent.length, clients.sessions.indexOf(session))
  const toFrame = nextBytes(received, 'frame', 0)
  const body = {
    none: fragment,
    short: fragment.slice(1),
    long: `${fragment}x`,
    broken: fragment,
    'end frame': toFrame + END_FRAME,
    lie: toFrame + chunkFrame('other bytes', 'liar'),
  }[intent.fault]
  const declared = ['short', 'long'].includes(intent.fault) ? fragment : body
  return {
    op: 'UpdateUploadSession',
    user,
    session,
    offset: Math.max(0, received.length + intent.shift),
    body,
    length: declared.length,
    broken: intent.fault === 'broken',
  }
}

/** How a session goes on: with the rest of the frame that was cut, and then more frames. */
function nextBytes(received: Text, length: number | 'frame', seed: number): Text {
  const { rest } = readFrames(received)
  const plan = PLAN.find((frame) => rest !== '' && frame.startsWith(rest))
  const left = plan?.slice(rest.length) ?? ''
  if (length === 'frame') return left || (PLAN[seed % PLAN.length] ?? '')
  return (left + [...PLAN.slice(seed % PLAN.length), ...PLAN].join('')).slice(0, length)
}

/** Frames of an upload session, the last one with a false id. */
const PLAN: readonly Text[] = [
  ...[...CHUNKS, 'in sessions only'].map((chunk) => chunkFrame(chunk)),
  chunkFrame('a chunk of another id', 'liar'),
]

function sessionName(index: number | undefined, { sessions }: Clients): string | undefined {
  return index === undefined ? undefined : sessions.at(-1 - (index % Math.max(1, sessions.length)))
}

function chosenChunk(choice: ChunkChoice, had: readonly Text[]): Text[] {
  return 'bytes' in choice ? [choice.bytes] : hadChunk(choice.had, had)
}

function hadChunk(index: number, had: readonly Text[]): Text[] {
  const chunk = had[index % Math.max(1, had.length)]
  return chunk === undefined ? [] : [chunk]
}
