import { atOnce, defineAttack, repeat } from '../attack.ts'

/** As many and as long activities as one request may bring. */
export const activities = defineAttack({
  name: 'activities',
  title: '16 clients that add 100 activities of 2.4 KB each to 16 documents, over and over',
  server: { maxDiskMb: 100 },
  prepare: (stage) => atOnce(16, (index) => stage.document(`mallory${index}`)),

  async run(assault, tickets) {
    const Activities = Array.from({ length: 100 }, (_, index) => ({
      Id: String(index),
      Type: 'comment',
      Data: 'a'.repeat(2400),
    }))
    const body = Buffer.from(JSON.stringify({ Activities }))
    await repeat(assault, { workers: tickets.length }, async (worker) => {
      const ticket = tickets[worker]
      if (ticket) await assault.send(ticket, 'ADD_ACTIVITIES', { body })
    })
  },
})
