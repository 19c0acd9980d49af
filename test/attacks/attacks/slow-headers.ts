import { setTimeout as delay } from 'node:timers/promises'
import { atOnce, defineAttack } from '../attack.ts'

/** Connections that are for ever about to ask something. */
export const slowHeaders = defineAttack({
  name: 'slow-headers',
  title: '200 connections that send one header of 200 bytes a second',
  prepare: (stage) => stage.document('mallory'),

  async run(assault, { path, token }) {
    const start = `GET ${path}?access_token=${token} HTTP/1.1\r\nHost: localhost\r\n`
    await atOnce(assault.scaled(200, 20), async () => {
      const held = await assault.holdBytes('CheckFileInfo', start)
      for (let line = 0; !assault.over.aborted; line += 1) {
        await held.write(`X-Header-${line}: ${'h'.repeat(200)}\r\n`)
        await delay(1000)
      }
    })
  },
})
