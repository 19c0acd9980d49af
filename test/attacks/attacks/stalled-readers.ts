import { atOnce, defineAttack } from '../attack.ts'

/** Downloads that stop in the middle. */
export const stalledReaders = defineAttack({
  name: 'stalled-readers',
  title: '300 GetFile of 30 MB whose client reads nothing after the first bytes',
  prepare: async (stage) => {
    const fileId = await stage.add(new Uint8Array(30_000_000))
    return atOnce(stage.scaled(300, 20), (index) => stage.ticket(fileId, `mallory${index}`))
  },

  async run(assault, tickets) {
    for (const { path, token } of tickets) {
      const target = `${path}/contents?access_token=${token}`
      await assault.holdBytes('GetFile', `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    }
    await assault.untilOver()
  },
})
