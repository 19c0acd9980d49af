import { setTimeout as delay } from 'node:timers/promises'
import { encodeFrameHeader } from '../../../src/protocol/frames/encoder.ts'
import { MESSAGE_JSON_MAX_BYTES } from '../../../src/protocol/names.ts'
import { atOnce, defineAttack } from '../attack.ts'

/** More than the slowest rate that is allowed, in bytes. */
const DRIP = new Uint8Array(2048).fill(0x20)

/** Large messages that come as slowly as they may, from clients that may only read. */
export const drippedMessages = defineAttack({
  name: 'dripped-messages',
  title: 'two read-only clients that send messages of 16 MiB at 2 KiB a second',
  seconds: 30,
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(1000))
    return atOnce(2, (index) => stage.ticket(fileId, `reader${index}`, ['read']))
  },

  async run(assault, tickets) {
    const payloadSize = MESSAGE_JSON_MAX_BYTES
    const header = encodeFrameHeader({ type: 'MessageJSON', payloadSize })
    const request = { body: header, length: header.length + payloadSize + header.length }
    await Promise.all(
      tickets.map(async (ticket) => {
        const held = await assault.hold(ticket, 'GET_CHUNKED_FILE', request)
        while (!assault.over.aborted) {
          await held.write(DRIP)
          await delay(1000)
        }
      }),
    )
  },
})
