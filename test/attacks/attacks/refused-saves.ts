import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import { putMessage } from '../../helpers/wopi-story.ts'
import { defineAttack, repeat } from '../attack.ts'
import {
  fragmentHeaders,
  lock,
  oneByteFrames,
  openSession,
  putChunked,
  readSequenceNumber,
} from '../messages.ts'

/** Small saves that name a large session and a chunk that is nowhere. */
export const refusedSaves = defineAttack({
  name: 'refused-saves',
  title: '24 at once: refused PutChunkedFile that name a session of 262,144 chunks',
  seconds: 30,
  short: true,
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    const session = await openSession(assault, ticket)
    const frames = oneByteFrames(assault.scaled(262_144, 30_000))
    const headers = fragmentHeaders(session, 0, frames.length)
    await assault.send(ticket, 'UPDATE_UPLOAD_SESSION', { headers, body: frames })
    const sequenceNumber = await readSequenceNumber(assault, ticket)
    const nowhere = { id: chunkIdOf(new Uint8Array(77)), length: 77 }
    const signature = { streamId: 'MainContent', scheme: 'Zip' as const, chunks: [nowhere] }
    const body = putMessage([signature], { session })
    await repeat(assault, { workers: assault.scaled(24, 4) }, () =>
      putChunked(assault, ticket, sequenceNumber, body),
    )
  },
})
