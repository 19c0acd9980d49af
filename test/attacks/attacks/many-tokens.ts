import { atOnce, defineAttack, repeat } from '../attack.ts'

/** More tokens than are remembered, and as many forged ones. */
export const manyTokens = defineAttack({
  name: 'many-tokens',
  title: '32 clients with the tokens of 6,000 users, every other time one that is forged',
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(1000))
    const permissions = ['read', 'write', 'create', 'rename', 'delete'] as const
    return atOnce(stage.scaled(6000, 200), (index) =>
      stage.ticket(fileId, `mallory${index}`, permissions.slice(0, 1 + (index % 5))),
    )
  },

  async run(assault, tickets) {
    const workers = 32
    await repeat(assault, { workers }, async (worker, round) => {
      const ticket = tickets[(round * workers + worker) % tickets.length]
      if (!ticket) return
      const forged = { ...ticket, token: `${ticket.token.slice(0, -8)}${round.toString(36)}` }
      await assault.send(round % 2 === 0 ? ticket : forged, 'CheckFileInfo', { method: 'GET' })
    })
  },
})
