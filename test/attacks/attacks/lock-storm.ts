import { atOnce, defineAttack, repeat } from '../attack.ts'
import { LOCK } from '../messages.ts'

/** Locks that are taken and given back by many at once. */
export const lockStorm = defineAttack({
  name: 'lock-storm',
  title: '64 clients that lock and unlock one document',
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(1000))
    return atOnce(64, (index) => stage.ticket(fileId, `mallory${index}`))
  },

  async run(assault, tickets) {
    await repeat(assault, { workers: tickets.length }, async (worker, round) => {
      const ticket = tickets[worker]
      const operation = round % 2 === 0 ? 'LOCK' : 'UNLOCK'
      if (ticket) await assault.send(ticket, operation, { headers: { Lock: LOCK } })
    })
  },
})
