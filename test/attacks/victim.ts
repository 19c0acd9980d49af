import { encodeGetChunkedFileRequest } from '../../src/protocol/messages.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { createRawClient, type RawClient } from '../helpers/raw-wire.ts'
import { messageBody } from '../helpers/wopi-story.ts'
import type { Ticket } from '../helpers/wopikit-process.ts'

/** What the other user does again and again. */
export type Deed = 'look' | 'save' | 'sync'

/** One request of the other user. */
interface Observation {
  deed: Deed
  sentAt: number
  /** Left out while it is under way. */
  ms: number | undefined
  /** 0 when there is no answer. */
  status: number
}

export interface Victim {
  /** What became of requests sent since then, in ms on the clock of `performance`. */
  since(from: number): Record<Deed, Spread>
  /** Stops sending and waits for what is under way, for a while. */
  stop(): Promise<void>
}

/** How long requests of one kind took, in ms; NaN where there were none. */
export interface Spread {
  count: number
  /** Answered with anything but 200, or not at all. */
  failed: number
  p50: number
  p99: number
  max: number
}

/** Time between two requests of a kind, in ms: what an editor with one document open does. */
const PACE_MS: Record<Deed, number> = { look: 50, save: 2000, sync: 3000 }
const SAVED_BYTES = 10_000
/** Enough ids to make a message of 300 KB, which is no small one. */
const KNOWN_CHUNKS = 11_000
const LOCK = 'the lock of the other user'
/** How long what is under way in the end is waited for, in ms. */
const PATIENCE_MS = 20_000

/** Lets another user work on a document of its own at a fixed pace, whatever the answers are. */
export async function startVictim(origin: string, ticket: Ticket): Promise<Victim> {
  const wire = createRawClient(origin, { sockets: 256 })
  const observations: Observation[] = []
  const underWay = new Set<Promise<void>>()
  await send(wire, ticket, 'POST', '', { 'X-WOPI-Override': 'LOCK', 'X-WOPI-Lock': LOCK })
  const requests = requestsOf(wire, ticket)

  function act(deed: Deed): void {
    const observation: Observation = { deed, sentAt: performance.now(), ms: undefined, status: 0 }
    observations.push(observation)
    const done = requests[deed]()
      .then(({ status }) => Object.assign(observation, { status }))
      .catch(() => {})
      .then(() => {
        observation.ms = performance.now() - observation.sentAt
        underWay.delete(done)
      })
    underWay.add(done)
  }

  const timers = (Object.keys(PACE_MS) as Deed[]).map((deed) =>
    setInterval(() => act(deed), PACE_MS[deed]),
  )
  return {
    since(from) {
      const recent = observations.filter(({ sentAt }) => sentAt >= from)
      const of = (deed: Deed) => spreadOf(recent.filter((one) => one.deed === deed))
      return { look: of('look'), save: of('save'), sync: of('sync') }
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      const givenUp = new Promise((resolve) => {
        setTimeout(resolve, PATIENCE_MS).unref()
      })
      await Promise.race([Promise.all(underWay), givenUp])
      wire.close()
    },
  }
}

function requestsOf(wire: RawClient, ticket: Ticket) {
  const bytes = new Uint8Array(SAVED_BYTES)
  const alreadyKnownChunks = Array.from({ length: KNOWN_CHUNKS }, (_, index) =>
    chunkIdOf(new TextEncoder().encode(String(index))),
  )
  const message = messageBody(
    encodeGetChunkedFileRequest({
      contentPropertiesToReturn: [],
      contentFilters: [{ streamId: 'MainContent', chunksToReturn: 'All', alreadyKnownChunks }],
    }),
  )
  const put = { 'X-WOPI-Override': 'PUT', 'X-WOPI-Lock': LOCK }
  const sync = { 'X-WOPI-Override': 'GET_CHUNKED_FILE' }
  return {
    look: () => send(wire, ticket, 'GET', '', {}),
    save: () => send(wire, ticket, 'POST', '/contents', put, bytes),
    sync: () => send(wire, ticket, 'POST', '', sync, message),
  }
}

function send(
  wire: RawClient,
  { path, token }: Ticket,
  method: 'GET' | 'POST',
  endpoint: string,
  headers: Record<string, string>,
  body?: Uint8Array,
) {
  const target = `${path}${endpoint}?access_token=${token}`
  return wire.send({ method, target, headers, ...(body && { body }) })
}

function spreadOf(observations: readonly Observation[]): Spread {
  const now = performance.now()
  const times = observations.map(({ ms, sentAt }) => ms ?? now - sentAt).toSorted((a, b) => a - b)
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return {
    count: times.length,
    failed: observations.filter(({ ms, status }) => ms !== undefined && status !== 200).length,
    p50: at(0.5),
    p99: at(0.99),
    max: times.at(-1) ?? Number.NaN,
  }
}
