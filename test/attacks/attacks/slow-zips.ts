import { zipOf } from '../../helpers/zip-writer.ts'
import { atOnce, defineAttack } from '../attack.ts'

/** Archives of many empty entries whose last byte never comes. */
export const slowZips = defineAttack({
  name: 'slow-zips',
  title: '50 PutFile of a zip of 131,000 empty entries whose last byte never comes',
  prepare: (stage) => atOnce(stage.scaled(50, 4), (index) => stage.document(`mallory${index}`)),

  async run(assault, tickets) {
    const count = assault.scaled(131_000, 20_000)
    const entries = Array.from({ length: count }, (_, index) => ({
      name: index.toString(36),
      content: '',
    }))
    const zip = zipOf({ entries, zip64: true })
    const request = {
      endpoint: '/contents' as const,
      body: zip.subarray(0, -1),
      length: zip.length,
    }
    for (const ticket of tickets) await assault.hold(ticket, 'PUT', request)
    await assault.untilOver()
  },
})
