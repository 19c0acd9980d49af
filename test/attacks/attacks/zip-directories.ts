import { zipOf } from '../../helpers/zip-writer.ts'
import { atOnce, defineAttack, repeat } from '../attack.ts'
import { lock, putFile } from '../messages.ts'

/** Archives that have to be read a second time, with directories as large as they may be. */
export const zipDirectories = defineAttack({
  name: 'zip-directories',
  title: '8 clients that save zips of 31 MB which are all directory',
  prepare: (stage) => atOnce(stage.scaled(8, 2), (index) => stage.document(`mallory${index}`)),

  async run(assault, tickets) {
    const entries = Array.from({ length: 500 }, (_, index) => ({
      name: String(index),
      content: 'x',
      descriptor: 'signed' as const,
      comment: 'c'.repeat(assault.scaled(62_000, 6000)),
    }))
    const zip = zipOf({ entries })
    await Promise.all(tickets.map((ticket) => lock(assault, ticket)))
    await repeat(assault, { workers: tickets.length }, async (worker) => {
      const ticket = tickets[worker]
      if (ticket) await putFile(assault, ticket, zip)
    })
  },
})
