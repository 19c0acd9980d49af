import { setTimeout as delay } from 'node:timers/promises'
import { chunkIdFromBytes } from '../../../src/protocol/chunking/chunk-id.ts'
import { createHash } from '../../../src/protocol/spooky/spooky.ts'
import { putMessage } from '../../helpers/wopi-story.ts'
import { defineAttack } from '../attack.ts'
import { lock, putChunked, readSequenceNumber } from '../messages.ts'

const PIECE_BYTES = 1_000_000
const PIECES = 250
/** Far longer than it takes to read the document once, in ms. */
const PATIENCE_MS = 10_000

/** It begins like a zip and is none. */
function piece(index: number): Uint8Array {
  const bytes = new Uint8Array(PIECE_BYTES).fill(index)
  if (index === 0) bytes.set([0x50, 0x4b, 3, 4])
  return bytes
}

async function* content(pieces: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < pieces; index += 1) yield piece(index)
}

/** One small message that makes the server read a large document again and again. */
export const repeatedStreams = defineAttack({
  name: 'repeated-streams',
  title: 'one message of 35 KB whose 257 streams name the same 250 MB that begin like a zip',
  seconds: 40,
  prepare: async (stage) => {
    const pieces = stage.scaled(PIECES, 10)
    const hash = createHash()
    for (let index = 0; index < pieces; index += 1) hash.update(piece(index))
    const ticket = await stage.ticket(await stage.add(content(pieces)), 'mallory')
    const chunk = { id: chunkIdFromBytes(hash.digest()), length: pieces * PIECE_BYTES }
    return { ticket, chunk }
  },

  async run(assault, { ticket, chunk }) {
    await lock(assault, ticket)
    const sequenceNumber = await readSequenceNumber(assault, ticket)
    const signatures = Array.from({ length: 257 }, (_, index) => ({
      streamId: index === 0 ? 'MainContent' : `stream ${index}`,
      scheme: 'FullFile' as const,
      chunks: [chunk],
    }))
    const saved = putChunked(assault, ticket, sequenceNumber, putMessage(signatures))
    const tooLate = delay(PATIENCE_MS, 'too late' as const)
    if ((await Promise.race([saved, tooLate])) === 'too late')
      assault.exceeded(`one message of 35 KB is not answered in ${PATIENCE_MS} ms`)
    await saved
  },
})
