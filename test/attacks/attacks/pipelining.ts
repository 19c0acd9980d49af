import { atOnce, defineAttack } from '../attack.ts'

/** Requests one behind the other on connections that read no answer. */
export const pipelining = defineAttack({
  name: 'pipelining',
  title: '50 connections that send 20,000 CheckFileInfo each and read nothing',
  short: true,
  prepare: (stage) => stage.document('mallory', new Uint8Array(1000)),

  async run(assault, { path, token }) {
    const request = `GET ${path}?access_token=${token} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const requests = request.repeat(200)
    await atOnce(assault.scaled(50, 8), async () => {
      const held = await assault.holdBytes('CheckFileInfo', '')
      for (let turn = 0; turn < 100 && !assault.over.aborted; turn += 1) await held.write(requests)
    })
    await assault.untilOver()
  },
})
