import { encodeGetChunkedFileRequest } from '../../../src/protocol/messages.ts'
import { messageBody } from '../../helpers/wopi-story.ts'
import { atOnce, defineAttack, repeat } from '../attack.ts'
import { alternatingChunks } from '../messages.ts'

/** Large questions about a tiny document. */
export const knownChunks = defineAttack({
  name: 'known-chunks',
  title: '8 clients that tell 500,000 known chunks of a document of 1 KB with each question',
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(1000))
    return atOnce(stage.scaled(8, 2), (index) => stage.ticket(fileId, `reader${index}`, ['read']))
  },

  async run(assault, tickets) {
    const alreadyKnownChunks = alternatingChunks(131_072).map(({ id }) => id)
    const contentFilters = ['MainContent', 'a', 'b', 'c'].map((streamId) => ({
      streamId,
      chunksToReturn: 'All' as const,
      alreadyKnownChunks,
    }))
    const message = { contentPropertiesToReturn: [], contentFilters }
    const body = messageBody(encodeGetChunkedFileRequest(message))
    await repeat(assault, { workers: tickets.length }, async (worker) => {
      const ticket = tickets[worker]
      if (ticket) await assault.send(ticket, 'GET_CHUNKED_FILE', { body })
    })
  },
})
