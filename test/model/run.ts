import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { createSweeper } from '../../src/content/upkeep/sweep.ts'
import {
  createTestHost,
  MINUTE,
  START,
  type TestHost,
  type TestStores,
} from '../helpers/test-host.ts'
import { bytesOf, type Text } from './bytes.ts'
import { type Clients, requestOf } from './clients.ts'
import type { Reply, Request } from './messages.ts'
import { apply } from './rules.ts'
import { PROPERTIES, STREAMS, type Step } from './steps.ts'
import { createWire, type Wire } from './wire.ts'
import { createWorld, expiries, forgetExpired, type World } from './world.ts'

/** How a run is set up. */
export interface Setup {
  content: Text
  steps: readonly Step[]
  /** Stores that read this clock; in memory by default. */
  openStores?: (now: () => number) => Promise<TestStores & AsyncDisposable>
  /** Decides how long each call waits for others. */
  seed?: number
}

const LONG_PAUSE = 150

/** A request and its reply. */
type Exchange = { request: Request; reply: Reply }

const SWEEP_KEEPS = { historyStates: 2, historyAgeMs: 60 * MINUTE, garbageDelayMs: 10 * MINUTE }

/**
 * Runs steps on a host and in the model. After each step there must be at least one order of its
 * requests that explains every reply, and what can be read afterwards.
 */
export async function runSteps({ content, steps, openStores, seed = 0 }: Setup): Promise<void> {
  let time = START
  await using stores = await openStores?.(() => time)
  const turn = createTurns(seed)
  const host = await createTestHost({
    content: bytesOf(content),
    now: () => time,
    newId: createIds(seed),
    ...(stores && { stores }),
    wrapStores: ({ metadata, blobs }) => ({ metadata: slowed(metadata, turn), blobs }),
  })
  const wire = createWire(host, turn)
  const sweep = createSweep(host)
  const clients: Clients = { sessions: [], formerChunks: [] }
  let worlds: World[] = [createWorld(content, time)]

  for (const step of steps) {
    if (step.step === 'sweep') await sweep()
    else if (step.step === 'wait') time = later(step, worlds[0])
    else worlds = await race(wire, worlds, step, clients)
    for (const world of worlds) world.now = time
    worlds = await look(wire, worlds)
  }
}

function later(step: Step & { step: 'wait' }, world: World | undefined): number {
  if (!world) throw new Error('There is no world')
  if (step.for === 'time') return world.now + step.minutes * MINUTE
  const ends = expiries(world)
    .filter((end) => end + step.offset >= world.now)
    .sort((a, b) => a - b)
  const end = ends[step.which % Math.max(1, ends.length)]
  return end === undefined ? world.now : end + step.offset
}

/** Sends requests at once. */
async function race(
  wire: Wire,
  worlds: World[],
  { intents }: Step & { step: 'send' },
  clients: Clients,
): Promise<World[]> {
  const [world] = worlds
  const requests = world ? intents.map((intent) => requestOf(intent, world, clients)) : []
  const sent = requests.filter((request) => request !== undefined)
  const replies = await Promise.all(sent.map((request) => wire.send(request)))
  clients.lastTable = replies.map(sentTable).find(Boolean) ?? clients.lastTable
  return explain(
    worlds,
    sent.map((request, i) => ({ request, reply: replies[i] as Reply })),
  )
}

function sentTable({ body }: Reply): string | undefined {
  return typeof body === 'object' && body && 'table' in body ? String(body.table) : undefined
}

/** Reads all that there is to read, so that a world that is not the host's is found out at once. */
async function look(wire: Wire, worlds: World[]): Promise<World[]> {
  let possible = worlds
  for (const request of LOOK) {
    possible = explain(possible, [{ request, reply: await wire.send(request) }])
  }
  return possible
}

const LOOK: readonly Request[] = [
  {
    op: 'GetChunkedFile',
    user: 'alice',
    properties: PROPERTIES,
    filters: STREAMS.map((streamId) => ({ streamId, chunksToReturn: 'All', known: [] })),
  },
  { op: 'CheckFileInfo', user: 'alice' },
  { op: 'GetLock', user: 'alice', lockId: '', userVisible: false },
  {
    op: 'GetCoauthTable',
    user: 'alice',
    coauthLockId: '',
    type: 'Coauth',
    timeout: 60,
    metadataIn: 'header',
  },
]

/**
 * The worlds that these exchanges can have led to.
 *
 * @throws AssertionError when there is none, with what the model would have answered
 */
function explain(worlds: readonly World[], exchanges: readonly Exchange[]): World[] {
  const found = distinct(
    worlds.flatMap((world) => outcomes(world, exchanges, exchanges.length > 1)),
  )
  if (found.length > 0) return found
  const [world] = worlds
  if (!world) throw new Error('There is no world')
  const expected = inOrder(world, exchanges)
  assert.deepEqual(
    exchanges,
    exchanges.map(({ request }, i) => ({ request, reply: expected[i] })),
    `No order of ${exchanges.length} requests explains the replies in ${JSON.stringify(world)}`,
  )
  throw new Error('The replies fit, but not in a world that was thought possible')
}

/** Tries every order, and gives up each as soon as a reply does not fit. */
function outcomes(world: World, exchanges: readonly Exchange[], racing: boolean): World[] {
  if (exchanges.length === 0) return [world]
  return exchanges.flatMap((exchange, i) => {
    const next = apply(world, exchange.request)
    const fits =
      isDeepStrictEqual(next.reply, exchange.reply) ||
      (racing && isLateOffset(next.reply, exchange))
    return fits ? outcomes(next.world, exchanges.toSpliced(i, 1), racing) : []
  })
}

/**
 * Bytes are refused when they come, and the offset is looked up when that is answered: a session
 * that was committed in between has none.
 */
function isLateOffset(expected: Reply, { request, reply }: Exchange): boolean {
  const refused = isDeepStrictEqual(reply, { status: 400, headers: {} })
  return request.op === 'UpdateUploadSession' && expected.status === 410 && refused
}

function inOrder(start: World, exchanges: readonly Exchange[]): Reply[] {
  let world = start
  return exchanges.map(({ request }) => {
    const next = apply(world, request)
    world = next.world
    return next.reply
  })
}

function distinct(worlds: readonly World[]): World[] {
  return worlds.filter(
    (world, i) => !worlds.slice(0, i).some((other) => isDeepStrictEqual(live(world), live(other))),
  )
}

function live(world: World): World {
  const copy = structuredClone(world)
  forgetExpired(copy)
  return copy
}

/** Sweeping until nothing is left to do must change nothing that clients see. */
function createSweep(host: TestHost): () => Promise<unknown> {
  const sweeper = createSweeper(host.content, {
    retention: SWEEP_KEEPS,
    clock: () => 0,
    random: () => 0,
  })
  return () => sweeper.sweep({ budgetMs: 1 })
}

/**
 * Pauses, counted in turns of the microtask queue, that the seed decides: short ones, and now and
 * then one in which another request can do all of its work.
 */
function createTurns(seed: number): () => Promise<void> {
  let state = seed
  return async () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const dice = state >>> 24
    for (let turns = dice % 8 === 0 ? LONG_PAUSE : dice % 4; turns > 0; turns--) await null
  }
}

/** Ids that the seed decides; the first few sweeps list their part of the blobs. */
function createIds(seed: number): () => string {
  let count = 0
  return () => {
    const digits = (seed + count++).toString(16).padStart(29, '0')
    return `0${count % 4}0${digits}`
  }
}

/** The same store, whose calls take their time before and after. */
function slowed<T extends object>(store: T, turn: () => Promise<void>): T {
  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver)
      if (typeof method !== 'function') return method
      return async (...input: unknown[]) => {
        await turn()
        const output: unknown = await method.apply(target, input)
        await turn()
        return output
      }
    },
  })
}
