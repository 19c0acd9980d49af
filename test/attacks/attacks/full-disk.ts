import { statfs } from 'node:fs/promises'
import { atOnce, defineAttack, repeat } from '../attack.ts'
import { lock, putFile } from '../messages.ts'

const MIB = 1024 * 1024
/** What the server keeps free by default. */
const RESERVE_MIB = 256
/** How much of that may be used by what was measured a moment too early. */
const ALLOWED_MIB = 16

/** Saves from many clients at once, until the disk is full. */
export const fullDisk = defineAttack({
  name: 'full-disk',
  title: '8 clients that save 40 MB each until the disk has only its reserve',
  server: { diskMib: 1024 },
  prepare: (stage) => atOnce(8, (index) => stage.document(`mallory${index}`)),

  async run(assault, tickets) {
    await Promise.all(tickets.map((ticket) => lock(assault, ticket)))
    const body = new Uint8Array(40_000_000)
    let least = Number.POSITIVE_INFINITY
    const watch = setInterval(async () => {
      const { bavail, bsize } = await statfs(assault.dataDir)
      least = Math.min(least, (bavail * bsize) / MIB)
    }, 20)
    await repeat(assault, { workers: tickets.length, rounds: 10 }, async (worker) => {
      const ticket = tickets[worker]
      if (ticket) await putFile(assault, ticket, body)
    })
    clearInterval(watch)
    assault.note(`${Math.round(least)} MiB of ${RESERVE_MIB} MiB were left at the least`)
    if (least < RESERVE_MIB - ALLOWED_MIB)
      assault.exceeded(
        `only ${Math.round(least)} MiB of the reserve of ${RESERVE_MIB} MiB were left`,
      )
  },
})
