import { encodeCoauthLockMetadata } from '../../../src/protocol/coauth-messages.ts'
import { atOnce, defineAttack, repeat } from '../attack.ts'

const HEADERS = { CoauthLockType: 'Coauth', CoauthLockExpirationTimeout: 3600 }

/** As many coauthors as a document may have, with as much metadata as they may have. */
export const coauthLocks = defineAttack({
  name: 'coauth-locks',
  title: '500 coauthoring locks with 4 KB of metadata each, and 32 clients that refresh them',
  seconds: 40,
  short: true,
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(1000))
    return atOnce(stage.scaled(500, 60), (index) => stage.ticket(fileId, `mallory${index}`))
  },

  async run(assault, tickets) {
    const body = encodeCoauthLockMetadata('m'.repeat(4096))
    const call = async (operation: string, index: number) => {
      const ticket = tickets[index % tickets.length]
      if (!ticket) return
      const headers = { ...HEADERS, CoauthLockId: `coauthor ${index % tickets.length}` }
      await assault.send(ticket, operation, { headers, body })
    }
    const workers = 32
    const rounds = Math.ceil(tickets.length / workers)
    await repeat(assault, { workers, rounds }, (worker, round) =>
      call('GET_COAUTH_LOCK', round * workers + worker),
    )
    await repeat(assault, { workers }, (worker, round) =>
      call('REFRESH_COAUTH_LOCK', round * workers + worker),
    )
  },
})
