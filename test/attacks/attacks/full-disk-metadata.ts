import { statfs } from 'node:fs/promises'
import { atOnce, defineAttack } from '../attack.ts'

const MIB = 1024 * 1024
const RESERVE_MIB = 16
/** What must be left of the reserve, so that room can be made. */
const LEFT_MIB = 4
const ACTIVITIES = 100
const TEXT = 'a'.repeat(2400)

/** Metadata until the disk is full, then what would free room. */
export const fullDiskMetadata = defineAttack({
  name: 'full-disk-metadata',
  title: 'AddActivities of 240 KB on 100 documents until they are refused, then DeleteFile',
  server: { diskMib: 24, args: ['--min-free-bytes', `${RESERVE_MIB}M`] },
  prepare: async (stage) => ({
    filled: await atOnce(100, () => stage.document('mallory')),
    unwanted: await stage.document('mallory', new Uint8Array(100_000)),
  }),

  async run(assault, { filled, unwanted }) {
    const Activities = Array.from({ length: ACTIVITIES }, (_, index) => ({
      Id: String(index),
      Type: 'comment',
      Data: TEXT,
    }))
    const body = Buffer.from(JSON.stringify({ Activities }))
    for (const ticket of [...filled, ...filled]) {
      if (assault.over.aborted) break
      const { status } = await assault.send(ticket, 'ADD_ACTIVITIES', { body })
      if (status !== 200) break
    }
    const { bavail, bsize } = await statfs(assault.dataDir)
    const leftMib = Math.round((bavail * bsize) / MIB)
    assault.note(`${leftMib} MiB of ${RESERVE_MIB} MiB are left`)
    if (leftMib < LEFT_MIB)
      assault.exceeded(`metadata left only ${leftMib} MiB of the reserve of ${RESERVE_MIB} MiB`)
    const deleted = await assault.send(unwanted, 'DELETE')
    if (deleted.status !== 200)
      assault.exceeded(`DeleteFile on a full disk answered ${deleted.status}, not 200`)
  },
})
