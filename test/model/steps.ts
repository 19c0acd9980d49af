import fc from 'fast-check'
import { CHUNKS, CONTENTS, ZIP, ZIP_CHUNKS } from './bytes.ts'
import type { User } from './messages.ts'
import { MAIN } from './world.ts'

/** What happens next. Requests of one step are on their way at the same time. */
export type Step =
  | { step: 'wait'; for: 'expiry'; which: number; offset: number }
  | { step: 'wait'; for: 'time'; minutes: number }
  | { step: 'sweep' }
  | { step: 'send'; intents: Intent[] }

/** A request whose details depend on the world that it will meet; see `requestOf`. */
export type Intent = { user: User } & (
  | LockIntent
  | CoauthIntent
  | PutFileIntent
  | PutIntent
  | { kind: 'repeat' }
  | { kind: 'create' }
  | UpdateIntent
  | { kind: 'read'; op: 'GetFile' | 'CheckFileInfo' | 'GetSequenceNumber' }
  | FilterIntent
  | RangeIntent
)

interface LockIntent {
  kind: 'lock'
  op: 'Lock' | 'RefreshLock' | 'Unlock' | 'UnlockAndRelock' | 'GetLock'
  /** That of the held lock, if it names none. */
  lockId: string | undefined
  oldLockId: string
  timeout: number | undefined
  userVisible: boolean
}

interface CoauthIntent {
  kind: 'coauth'
  op: 'GetCoauthLock' | 'RefreshCoauthLock' | 'UnlockCoauthLock' | 'GetCoauthTable'
  /** That of a held lock, if it names none. */
  coauthLockId: string | undefined
  type: 'Coauth' | 'CoauthExclusive'
  timeout: number
  metadata: string | undefined
  metadataIn: 'header' | 'body'
  knowsTable: boolean
}

/** Which lock a save names. */
export type Holding =
  | 'what is held'
  | 'nothing'
  | 'both'
  | { lockId: string }
  | { coauthLockId: string }

interface PutFileIntent {
  kind: 'put file'
  holding: Holding
  content: string
  broken: boolean
}

export interface PutIntent {
  kind: 'put'
  holding: Holding
  base: 'current' | 'former' | 'zero'
  streams: { streamId: string; scheme: 'Zip' | 'FullFile'; chunks: ChunkChoice[] }[]
  properties: {
    name: string
    value: string
    retention: 'DeleteOnContentChange' | 'KeepOnContentChange'
  }[]
  sent: 'all' | 'what is lacking' | 'what was lacking' | 'too little'
  session: number | undefined
  defect: 'message' | 'length' | 'hash' | 'end' | 'broken' | undefined
}

/** A chunk by its bytes, or one of those that the host or the session to commit already has. */
export type ChunkChoice = { bytes: string } | { had: number }

export interface UpdateIntent {
  kind: 'update'
  session: number
  /** Bytes sent at most; `frame` ends with a frame. */
  length: number | 'frame'
  shift: number
  fault: 'none' | 'short' | 'long' | 'broken' | 'end frame' | 'lie'
}

interface FilterIntent {
  kind: 'chunked file'
  filters: { streamId: string; chunksToReturn: 'All' | 'None' | 'LastZipChunk'; known: number[] }[]
  properties: string[]
}

interface RangeIntent {
  kind: 'chunks'
  streams: { streamId: string; ranges: { chunk: ChunkChoice; offset: number; length: number }[] }[]
}

export const STREAMS = [MAIN, 'Alternate', 'Other']
export const PROPERTIES = ['lastsave', 'Mark']
const USERS: User[] = ['alice', 'bob', 'carol']
const WOPI_IDS = ['lock 1', 'lock 2', 'same id']
const COAUTH_IDS = ['coauth 1', 'coauth 2', 'same id']

const user = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...USERS) },
  { weight: 1, arbitrary: fc.constant<User>('reader') },
)
const lockId = fc.constantFrom(...WOPI_IDS)
const coauthLockId = fc.constantFrom(...COAUTH_IDS)
const rarely = fc.nat(7).map((dice) => dice === 7)
/** Counted back from the newest. */
const session = fc.constantFrom(0, 0, 0, 1, 2)
const streamId = fc.constantFrom(...STREAMS)

const lock = fc.record({
  kind: fc.constant('lock' as const),
  user,
  op: fc.constantFrom(
    'Lock',
    'Lock',
    'Lock',
    'RefreshLock',
    'Unlock',
    'UnlockAndRelock',
    'GetLock',
  ),
  lockId: fc.option(lockId, { nil: undefined, freq: 2 }),
  oldLockId: lockId,
  timeout: fc.constantFrom(undefined, 60, 61, 3600),
  userVisible: fc.boolean(),
})

const coauth = fc.record({
  kind: fc.constant('coauth' as const),
  user,
  op: fc.constantFrom(
    'GetCoauthLock',
    'GetCoauthLock',
    'RefreshCoauthLock',
    'UnlockCoauthLock',
    'GetCoauthTable',
  ),
  coauthLockId: fc.option(coauthLockId, { nil: undefined, freq: 2 }),
  type: fc.constantFrom('Coauth', 'Coauth', 'CoauthExclusive'),
  timeout: fc.constantFrom(60, 240, 3600),
  metadata: fc.constantFrom(undefined, '', 'page 1', 'page 2'),
  metadataIn: fc.constantFrom('header', 'body'),
  knowsTable: fc.boolean(),
})

const holding: fc.Arbitrary<Holding> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Holding>('what is held') },
  { weight: 1, arbitrary: fc.constantFrom<Holding>('nothing', 'both') },
  { weight: 1, arbitrary: fc.record({ lockId }) },
  { weight: 1, arbitrary: fc.record({ coauthLockId }) },
)

const putFile = fc.record({
  kind: fc.constant('put file' as const),
  user,
  holding,
  content: fc.constantFrom(...CONTENTS),
  broken: rarely,
})

const chunk: fc.Arbitrary<ChunkChoice> = fc.oneof(
  fc.record({ bytes: fc.constantFrom(...CHUNKS, ...ZIP_CHUNKS, ZIP) }),
  fc.record({ had: fc.nat(9) }),
)

const put = fc.record({
  kind: fc.constant('put' as const),
  user,
  holding,
  base: fc.constantFrom('current', 'current', 'current', 'current', 'current', 'former', 'zero'),
  streams: fc.uniqueArray(
    fc.record({
      streamId,
      scheme: fc.constantFrom('Zip', 'FullFile'),
      chunks: fc.array(chunk, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 2, selector: (stream) => stream.streamId },
  ),
  properties: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...PROPERTIES),
      value: fc.constantFrom('', '1', '2'),
      retention: fc.constantFrom('DeleteOnContentChange', 'KeepOnContentChange'),
    }),
    { maxLength: 2, selector: (property) => property.name },
  ),
  sent: fc.constantFrom(
    'all',
    'what is lacking',
    'what is lacking',
    'what was lacking',
    'too little',
  ),
  session: fc.option(session, { nil: undefined, freq: 2 }),
  defect: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('message', 'length', 'hash', 'end', 'broken') },
  ),
})

const update = fc.record({
  kind: fc.constant('update' as const),
  user,
  session,
  length: fc.oneof(fc.nat(400), fc.constant('frame' as const)),
  shift: fc.constantFrom(0, 0, 0, 0, 0, 0, -1, 1, 1000),
  fault: fc.constantFrom(
    'none',
    'none',
    'none',
    'none',
    'none',
    'short',
    'long',
    'broken',
    'end frame',
    'lie',
  ),
})

const reads = fc.oneof(
  fc.record({
    kind: fc.constant('read' as const),
    user,
    op: fc.constantFrom('GetFile', 'CheckFileInfo', 'GetSequenceNumber'),
  }),
  fc.record({
    kind: fc.constant('chunked file' as const),
    user,
    filters: fc.uniqueArray(
      fc.record({
        streamId,
        chunksToReturn: fc.constantFrom('All', 'None', 'LastZipChunk'),
        known: fc.array(fc.nat(9), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3, selector: (filter) => filter.streamId },
    ),
    properties: fc.subarray([...PROPERTIES, 'never set']),
  }),
  fc.record({
    kind: fc.constant('chunks' as const),
    user,
    streams: fc.uniqueArray(
      fc.record({
        streamId,
        ranges: fc.array(
          fc.record({ chunk, offset: fc.nat(210), length: fc.integer({ min: -1, max: 900 }) }),
          { maxLength: 3 },
        ),
      }),
      { minLength: 1, maxLength: 2, selector: (stream) => stream.streamId },
    ),
  }),
)

const repeat = fc.record({ kind: fc.constant('repeat' as const), user })
const create = fc.record({ kind: fc.constant('create' as const), user })

const intent = fc.oneof(
  { weight: 4, arbitrary: lock },
  { weight: 5, arbitrary: coauth },
  { weight: 2, arbitrary: putFile },
  { weight: 6, arbitrary: put },
  { weight: 1, arbitrary: repeat },
  { weight: 2, arbitrary: create },
  { weight: 5, arbitrary: update },
  { weight: 2, arbitrary: reads },
) as fc.Arbitrary<Intent>

const wait: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    step: fc.constant('wait' as const),
    for: fc.constant('expiry' as const),
    which: fc.constantFrom(0, 0, 0, 1, 2, 3),
    offset: fc.constantFrom(-1, 0, 0, 1),
  }),
  fc.record({
    step: fc.constant('wait' as const),
    for: fc.constant('time' as const),
    minutes: fc.constantFrom(0.5, 0.5, 1, 1, 10, 29, 30, 100, 31 * 24 * 60),
  }),
)
const sweep: fc.Arbitrary<Step> = fc.constant({ step: 'sweep' })

/** One request after another, while time passes and the host sweeps. */
export const sequentialSteps: fc.Arbitrary<Step[]> = stepsOf(intent.map((one) => [one]))

/** Up to four requests at once: of any kind, or the same one from several clients. */
export const racingSteps: fc.Arbitrary<Step[]> = stepsOf(
  fc.oneof(
    fc.array(intent, { minLength: 1, maxLength: 4 }),
    fc
      .tuple(intent, fc.array(user, { minLength: 2, maxLength: 4 }))
      .map(([one, users]) => users.map((name) => ({ ...one, user: name }))),
  ),
)

function stepsOf(intents: fc.Arbitrary<Intent[]>): fc.Arbitrary<Step[]> {
  const send: fc.Arbitrary<Step> = intents.map((chosen) => ({ step: 'send', intents: chosen }))
  const step = fc.oneof(
    { weight: 20, arbitrary: send },
    { weight: 1, arbitrary: wait },
    { weight: 1, arbitrary: sweep },
  )
  return fc.array(step, { maxLength: 40, size: 'max' })
}
