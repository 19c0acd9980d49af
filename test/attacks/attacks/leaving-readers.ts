import { setTimeout as delay } from 'node:timers/promises'
import { defineAttack, repeat } from '../attack.ts'

/** Clients that ask for much and leave at once. */
export const leavingReaders = defineAttack({
  name: 'leaving-readers',
  title: '32 clients that ask for a file of 30 MB and leave after 5 ms, over and over',
  prepare: async (stage) => stage.ticket(await stage.add(new Uint8Array(30_000_000)), 'mallory'),

  async run(assault, { path, token }) {
    const target = `${path}/contents?access_token=${token}`
    await repeat(assault, { workers: assault.scaled(32, 4) }, async () => {
      const request = `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`
      const held = await assault.holdBytes('GetFile', request)
      await delay(5)
      held.end()
    })
  },
})
