import { atOnce, defineAttack, repeat } from '../attack.ts'

/** Small writes that cost a sync of the disk each. */
export const userInfo = defineAttack({
  name: 'user-info',
  title: '64 clients that write PutUserInfo for 200 users',
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(1000))
    return atOnce(200, (index) => stage.ticket(fileId, `mallory${index}`, ['read']))
  },

  async run(assault, tickets) {
    const body = Buffer.alloc(1024, 'u')
    await repeat(assault, { workers: 64 }, async (worker, round) => {
      const ticket = tickets[(round * 64 + worker) % tickets.length]
      if (ticket) await assault.send(ticket, 'PUT_USER_INFO', { body })
    })
  },
})
