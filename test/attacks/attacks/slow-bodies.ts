import { atOnce, defineAttack } from '../attack.ts'
import { fragmentHeaders, oneByteFrames, openSession } from '../messages.ts'

const CHUNKS = 262_000

/** Fragments of many small chunks whose last byte never comes. */
export const slowBodies = defineAttack({
  name: 'slow-bodies',
  title: '50 UpdateUploadSession of 262,000 chunks of one byte whose last byte never comes',
  seconds: 60,
  short: true,
  prepare: (stage) => atOnce(stage.scaled(50, 4), (index) => stage.document(`mallory${index}`)),

  async run(assault, tickets) {
    const frames = oneByteFrames(assault.scaled(CHUNKS, 50_000))
    const body = frames.subarray(0, -1)
    await Promise.all(
      tickets.map(async (ticket) => {
        const token = await openSession(assault, ticket)
        const headers = fragmentHeaders(token, 0, frames.length)
        const request = { headers, body, length: frames.length }
        await assault.hold(ticket, 'UPDATE_UPLOAD_SESSION', request)
      }),
    )
    await assault.untilOver()
  },
})
