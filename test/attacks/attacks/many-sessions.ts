import { atOnce, defineAttack, repeat } from '../attack.ts'
import { fragmentHeaders, oneByteFrames, openSession } from '../messages.ts'

/** As many sessions as the limits of each document allow, on many documents. */
export const manySessions = defineAttack({
  name: 'many-sessions',
  title: '6,400 upload sessions on 200 documents, each with a fragment',
  seconds: 40,
  prepare: (stage) => atOnce(stage.scaled(200, 10), () => stage.document('mallory')),

  async run(assault, tickets) {
    const body = oneByteFrames(10)
    let opened = 0
    const workers = 32
    const rounds = tickets.length
    await repeat(assault, { workers, rounds }, async (_, round) => {
      const ticket = tickets[round]
      if (!ticket) return
      const token = await openSession(assault, ticket)
      if (!token) return
      opened += 1
      const headers = fragmentHeaders(token, 0, body.length)
      await assault.send(ticket, 'UPDATE_UPLOAD_SESSION', { headers, body })
    })
    assault.note(`${opened} sessions were opened`)
  },
})
