import { defineAttack, repeat } from '../attack.ts'
import { lock, putFile } from '../messages.ts'

/** Saves of which each leaves a former state behind. */
export const history = defineAttack({
  name: 'history',
  title: '4 clients that save 5 MB into one document as fast as they can',
  server: { maxDiskMb: 500 },
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    await repeat(assault, { workers: 4 }, (worker, round) =>
      putFile(assault, ticket, new Uint8Array(5_000_000).fill(worker + round)),
    )
  },
})
