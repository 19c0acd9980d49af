import { MINUTE } from '../helpers/test-host.ts'
import { type Text, ZIP, ZIP_CHUNKS } from './bytes.ts'

const SECOND = 1000
const DAY = 24 * 60 * MINUTE
/** What a WOPI lock lives that names no timeout, and an upload session since its last update. */
const HALF_AN_HOUR = 30 * MINUTE
export const SESSION_LIFE = HALF_AN_HOUR
/** What an alternate stream or a property lives since its last update. */
export const PART_LIFE = 30 * DAY
export const MAIN = 'MainContent'

/** All that clients can ever learn of one file. */
export interface World {
  now: number
  sequenceNumber: number
  wopiLock: WopiLock | undefined
  /** By CoauthLockId. */
  coauthLocks: Record<string, CoauthLock>
  streams: Record<string, Stream>
  properties: Record<string, Property>
  /** By the name that the client gave it; the token is the wire's business. */
  sessions: Record<string, Session>
}

export interface WopiLock {
  lockId: string
  expiresAt: number
  /** Who holds it, if others may be told. */
  visibleName?: string
}

export interface CoauthLock {
  type: 'Coauth' | 'CoauthExclusive'
  metadata: string
  userName: string
  lockTime: number
  expiresAt: number
}

/** How a stream is cut. */
export interface Signature {
  scheme: 'Zip' | 'FullFile'
  chunks: Text[]
}

export interface Stream extends Signature {
  /** Chunks of it that the host has found while it cut it itself. */
  alsoKnown: Text[]
  updatedAt: number
}

export interface Property {
  value: string
  retention: 'DeleteOnContentChange' | 'KeepOnContentChange'
  updatedAt: number
}

export interface Session {
  /** Everything accepted so far. */
  received: Text
  expiresAt: number
  committed?: {
    /** What a repeat of the commit must be equal in. */
    message: string
    baseSequenceNumber: number
    sequenceNumber: number
  }
}

export function createWorld(content: Text, now: number): World {
  return {
    now,
    sequenceNumber: 1,
    wopiLock: undefined,
    coauthLocks: {},
    streams: { [MAIN]: wholeStream(content, now) },
    properties: {},
    sessions: {},
  }
}

/** How the host serves bytes that came whole: a zip in its parts, all else as one chunk. */
export function wholeStream(content: Text, updatedAt: number): Stream {
  if (content !== ZIP) return { scheme: 'FullFile', chunks: [content], alsoKnown: [], updatedAt }
  return { scheme: 'Zip', chunks: [...ZIP_CHUNKS], alsoKnown: [ZIP], updatedAt }
}

export function lockLifetime(timeout: number | undefined): number {
  return timeout === undefined ? HALF_AN_HOUR : timeout * SECOND
}

export function contentOf(stream: Stream | undefined): Text {
  return stream?.chunks.join('') ?? ''
}

/** The world without what has expired: a thing is gone in the very ms in which its life ends. */
export function forgetExpired(world: World): void {
  const { now } = world
  if (world.wopiLock && now >= world.wopiLock.expiresAt) world.wopiLock = undefined
  keep(world.coauthLocks, ({ expiresAt }) => now < expiresAt)
  keep(world.sessions, ({ expiresAt }) => now < expiresAt)
  keep(world.properties, ({ updatedAt }) => now < updatedAt + PART_LIFE)
  keep(world.streams, ({ updatedAt }, id) => id === MAIN || now < updatedAt + PART_LIFE)
}

export function keep<T>(record: Record<string, T>, wanted: (value: T, key: string) => boolean) {
  for (const [key, value] of Object.entries(record)) if (!wanted(value, key)) delete record[key]
}

/** When things of this world will end, in ms since 1970 UTC. */
export function expiries({ wopiLock, ...world }: World): number[] {
  const parts = [...Object.values(world.streams), ...Object.values(world.properties)]
  return [
    ...(wopiLock ? [wopiLock.expiresAt] : []),
    ...Object.values(world.coauthLocks).map(({ expiresAt }) => expiresAt),
    ...Object.values(world.sessions).map(({ expiresAt }) => expiresAt),
    ...parts.map(({ updatedAt }) => updatedAt + PART_LIFE),
  ]
}
