import { defineAttack, repeat } from '../attack.ts'

/** Addresses that are nearly as long as they may be. */
export const queryParameters = defineAttack({
  name: 'query-parameters',
  title: '32 clients whose address has 15,000 parameters',
  prepare: (stage) => stage.document('mallory', new Uint8Array(1000)),

  async run(assault, ticket) {
    const query = '&a=b'.repeat(15_000)
    await repeat(assault, { workers: 32 }, () =>
      assault.send(ticket, 'CheckFileInfo', { method: 'GET', query }),
    )
  },
})
