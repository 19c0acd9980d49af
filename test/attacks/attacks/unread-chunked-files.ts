import { atOnce, defineAttack } from '../attack.ts'
import { getAll, lock, putAlternating, putChunked, readSequenceNumber } from '../messages.ts'

/** Large replies that nobody reads. */
export const unreadChunkedFiles = defineAttack({
  name: 'unread-chunked-files',
  title: '150 GetChunkedFile replies of 6.5 MB that nobody reads',
  short: true,
  prepare: async (stage) => {
    const fileId = await stage.add()
    return atOnce(stage.scaled(150, 8), (index) => stage.ticket(fileId, `mallory${index}`))
  },

  async run(assault, tickets) {
    const [first] = tickets
    if (!first) return
    await lock(assault, first)
    const sequenceNumber = await readSequenceNumber(assault, first)
    await putChunked(assault, first, sequenceNumber, putAlternating(['MainContent']))
    const body = getAll()
    await Promise.all(tickets.map((ticket) => assault.hold(ticket, 'GET_CHUNKED_FILE', { body })))
    await assault.untilOver()
  },
})
