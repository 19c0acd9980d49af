import { defineAttack } from '../attack.ts'

const ACTIVITIES = 100
const TEXT = 'a'.repeat(2400)

/** Metadata until the disk is full, then what would free room. */
export const fullDiskMetadata = defineAttack({
  name: 'full-disk-metadata',
  title: 'AddActivities of 240 KB until they are refused, then DeleteFile',
  server: { diskMib: 24, args: ['--min-free-bytes', '16M'] },
  prepare: async (stage) => ({
    filled: await stage.document('mallory', new Uint8Array(1000)),
    unwanted: await stage.document('mallory', new Uint8Array(100_000)),
  }),

  async run(assault, { filled, unwanted }) {
    for (let turn = 0; turn < 200 && !assault.over.aborted; turn += 1) {
      const Activities = Array.from({ length: ACTIVITIES }, (_, index) => ({
        Id: `${turn}-${index}`,
        Type: 'comment',
        Data: TEXT,
      }))
      const body = Buffer.from(JSON.stringify({ Activities }))
      const { status } = await assault.send(filled, 'ADD_ACTIVITIES', { body })
      if (status !== 200) break
    }
    const deleted = await assault.send(unwanted, 'DELETE')
    if (deleted.status !== 200)
      assault.exceeded(`DeleteFile on a full disk answered ${deleted.status}, not 200`)
  },
})
