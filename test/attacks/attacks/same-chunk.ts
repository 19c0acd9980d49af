import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import { atOnce, defineAttack } from '../attack.ts'
import { getSameRange } from '../messages.ts'

const CONTENT = new Uint8Array(64 * 1024).fill(7)
const TIMES = 100_000

/** Small documents from which very much can be asked. */
export const sameChunk = defineAttack({
  name: 'same-chunk',
  title: '40 GetChunks that name one chunk of 64 KiB 100,000 times: 6.5 GB each, half of them read',
  seconds: 30,
  prepare: async (stage) => {
    const fileId = await stage.add(CONTENT)
    return atOnce(stage.scaled(40, 4), (index) => stage.ticket(fileId, `mallory${index}`))
  },

  async run(assault, tickets) {
    const length = CONTENT.length
    const body = getSameRange(chunkIdOf(CONTENT), length, assault.scaled(TIMES, 5000))
    await Promise.all(
      tickets.map((ticket, index) =>
        index % 2 === 0
          ? assault.hold(ticket, 'GET_CHUNKS', { body })
          : assault.send(ticket, 'GET_CHUNKS', { body }),
      ),
    )
    await assault.untilOver()
  },
})
