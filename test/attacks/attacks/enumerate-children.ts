import { atOnce, defineAttack, repeat } from '../attack.ts'

/** Long listings, each entry with a token of its own. */
export const enumerateChildren = defineAttack({
  name: 'enumerate-children',
  title: '20 clients that list a container of 8,000 documents',
  prepare: async (stage) => {
    await atOnce(stage.scaled(8000, 500), () => stage.add())
    return stage.rootContainer('mallory')
  },

  async run(assault, ticket) {
    await repeat(assault, { workers: assault.scaled(20, 4) }, () =>
      assault.send(ticket, 'EnumerateChildren', { method: 'GET', endpoint: '/children' }),
    )
  },
})
