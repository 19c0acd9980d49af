import { setTimeout as delay } from 'node:timers/promises'
import { defineAttack } from '../attack.ts'
import { lock, putAlternating, putChunked, readSequenceNumber } from '../messages.ts'

/** A sweep comes within this time after a refused save, in ms. */
const SWEEP_MS = 70_000

/** What the sweeper has to read when a document is due that has a large history. */
export const sweepChunkLists = defineAttack({
  name: 'sweep-chunk-lists',
  title: 'six saves of two more streams of 131,072 chunks, a refused one, then the sweep',
  seconds: 150,
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    let sequenceNumber = await readSequenceNumber(assault, ticket)
    for (let save = 0; save < 6 && !assault.over.aborted; save += 1) {
      const body = putAlternating([`a${save}`, `b${save}`])
      sequenceNumber = await putChunked(assault, ticket, sequenceNumber, body)
    }
    // What it brings is stored before it is refused, so that the document is due at once.
    await putChunked(assault, ticket, sequenceNumber, putAlternating(['x'.repeat(256)], 0x20000))
    await delay(SWEEP_MS, undefined, { signal: assault.over }).catch(() => {})
  },
})
