import assert from 'node:assert/strict'
import { verifyStore } from '../../../src/content/upkeep/verify.ts'
import { END_FRAME } from '../../../src/protocol/frames/encoder.ts'
import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import {
  chunkFrames,
  createTestHost,
  type TestHost,
  type TestReply,
  testBytes,
} from '../../helpers/test-host.ts'
import {
  append,
  messageBody,
  openSession,
  putChunked,
  putMessage,
  signatureOf,
} from '../../helpers/wopi-story.ts'
import { zipOf } from '../../helpers/zip-writer.ts'
import type { FuzzTarget } from '../target.ts'

const LOCK = 'L'
const CHUNKS = [testBytes(30), testBytes(40, 2)]
const ID = chunkIdOf(testBytes(30))
/** A host keeps every state that it has had, and all are checked, so it is given up in time. */
const INPUTS_PER_HOST = 200

/** What an input does: its first byte chooses, the rest is the body. */
const DEEDS: readonly ((host: TestHost, body: Uint8Array) => Promise<TestReply>)[] = [
  (host, body) => putChunked(host, body, { lock: LOCK }),
  (host, body) => host.put(body, LOCK),
  (host, body) => host.send('GET_CHUNKED_FILE', { body }),
  (host, body) => host.send('GET_CHUNKS', { body }),
  (host, body) => host.send('ADD_ACTIVITIES', { body }),
  async (host, body) => {
    const session = await openSession(host)
    const middle = body.length >> 1
    const first = await append(host, session, 0, body.subarray(0, middle))
    if (first.status !== 200) return first
    return append(host, session, middle, body.subarray(middle))
  },
]

/** Bodies of operations: no failure of the host, and nothing damaged by what was accepted. */
export const bodies: FuzzTarget = {
  name: 'bodies',
  dictionary: [END_FRAME, chunkFrames([testBytes(30)]), ID, '"Length":', '"MainContent"', 'null'],
  seeds: () => [
    deed(0, putMessage([signatureOf(CHUNKS)], { inline: CHUNKS })),
    deed(0, putMessage([signatureOf(CHUNKS, { streamId: 'a' })], { inline: CHUNKS })),
    deed(0, putMessage([signatureOf([], { streamId: 'a' })])),
    deed(1, zipOf({ entries: [{ name: 'a', content: 'b', descriptor: 'signed' }] })),
    deed(2, messageBody('{"ContentFilters":[{"StreamId":"MainContent"}]}')),
    deed(3, messageBody(getChunks)),
    deed(4, Buffer.from('{"Activities":[{"Type":"comment","Id":"1"}]}')),
    deed(5, chunkFrames(CHUNKS)),
  ],
  async open() {
    let host = await lockedHost()
    let inputs = 0
    return {
      async run([which = 0, ...rest]) {
        inputs += 1
        if (inputs % INPUTS_PER_HOST === 0) host = await lockedHost()
        const act = DEEDS[which % DEEDS.length]
        const reply = await act?.(host, Uint8Array.from(rest))
        await checkHost(host, which % DEEDS.length <= 1 && reply?.status === 200)
      },
      async [Symbol.asyncDispose]() {},
    }
  },
}

const getChunks = JSON.stringify({
  ContentFilters: [
    { StreamId: 'MainContent', ChunkRangesToReturn: [{ ChunkId: ID, Offset: 0, Length: -1 }] },
  ],
})

async function lockedHost(): Promise<TestHost> {
  const host = await createTestHost({ limits: { maxSessionsPerUser: INPUTS_PER_HOST } })
  await host.lock(LOCK)
  return host
}

async function checkHost(host: TestHost, hasSaved: boolean): Promise<void> {
  const error = host.logged.splice(0).find(({ level }) => level === 'error')
  if (error) throw error.fields.err ?? new Error(error.message)
  if (!hasSaved) return
  assert.deepEqual((await verifyStore(host.content)).damage, [])
  assert.equal((await host.send(undefined, { contents: true })).status, 200)
}

function deed(which: number, body: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.of(which), body]))
}
