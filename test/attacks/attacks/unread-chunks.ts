import { encodeGetChunksRequest } from '../../../src/protocol/messages.ts'
import { messageBody } from '../../helpers/wopi-story.ts'
import { atOnce, defineAttack } from '../attack.ts'
import {
  alternatingChunks,
  lock,
  putAlternating,
  putChunked,
  readSequenceNumber,
} from '../messages.ts'

/** What is asked of a stream that is nowhere makes the message longer, not the answer. */
const STREAMS = ['MainContent', 'nowhere']
const RANGES = 131_072

/** Large questions whose answers nobody reads. */
export const unreadChunks = defineAttack({
  name: 'unread-chunks',
  title: '200 GetChunks messages of 16 MiB whose answers nobody reads',
  seconds: 60,
  prepare: async (stage) => {
    const fileId = await stage.add()
    return atOnce(stage.scaled(200, 8), (index) => stage.ticket(fileId, `mallory${index}`))
  },

  async run(assault, tickets) {
    const [first] = tickets
    if (!first) return
    await lock(assault, first)
    const sequenceNumber = await readSequenceNumber(assault, first)
    await putChunked(assault, first, sequenceNumber, putAlternating(['MainContent']))
    const chunkRangesToReturn = alternatingChunks(RANGES).map(({ id }) => ({
      chunkId: id,
      offset: 0,
      length: 1,
    }))
    const contentFilters = STREAMS.map((streamId) => ({ streamId, chunkRangesToReturn }))
    const body = messageBody(encodeGetChunksRequest({ contentFilters }))
    assault.note(`each message has ${body.length} bytes`)
    await Promise.all(tickets.map((ticket) => assault.hold(ticket, 'GET_CHUNKS', { body })))
    await assault.untilOver()
  },
})
