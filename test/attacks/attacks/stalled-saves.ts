import { atOnce, defineAttack } from '../attack.ts'

/** Saves that stop in the middle, after more than is written to the disk at once. */
export const stalledSaves = defineAttack({
  name: 'stalled-saves',
  title: '300 PutFile of 8 MB that stop after 1 MB',
  prepare: (stage) => atOnce(stage.scaled(300, 20), (index) => stage.document(`mallory${index}`)),

  async run(assault, tickets) {
    const body = new Uint8Array(1_000_000)
    const request = { endpoint: '/contents' as const, body, length: 8_000_000 }
    await Promise.all(tickets.map((ticket) => assault.hold(ticket, 'PUT', request)))
    await assault.untilOver()
  },
})
