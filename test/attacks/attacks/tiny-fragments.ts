import { defineAttack } from '../attack.ts'
import { fragmentHeaders, oneByteFrames, openSession } from '../messages.ts'

const SESSIONS = 16

/** Fragments of one byte, each of which takes a block of the disk and rows of the database. */
export const tinyFragments = defineAttack({
  name: 'tiny-fragments',
  title: '10,000 fragments of one byte in 16 sessions of a user who may have 1 MB',
  seconds: 60,
  server: { args: ['--max-session-bytes-per-user', '1M'], maxDiskMb: 20 },
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    const stream = oneByteFrames(20)
    await Promise.all(
      Array.from({ length: SESSIONS }, async () => {
        const token = await openSession(assault, ticket)
        for (let offset = 0; offset < 625 && !assault.over.aborted; offset += 1) {
          const headers = fragmentHeaders(token, offset, 1)
          const body = stream.subarray(offset, offset + 1)
          const { status } = await assault.send(ticket, 'UPDATE_UPLOAD_SESSION', { headers, body })
          if (status !== 200) break
        }
      }),
    )
  },
})
