import { setTimeout as delay } from 'node:timers/promises'
import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import { putMessage } from '../../helpers/wopi-story.ts'
import { defineAttack } from '../attack.ts'
import { lock, putAlternating, putChunked, readSequenceNumber } from '../messages.ts'

/** A sweep comes within this time after a refused save, in ms. */
const SWEEP_MS = 70_000

/** What the sweeper has to read when a document is due that has a large history. */
export const sweepChunkLists = defineAttack({
  name: 'sweep-chunk-lists',
  title: 'four saves of two more streams of 131,072 chunks, a refused one, then the sweep',
  seconds: 150,
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    let sequenceNumber = await readSequenceNumber(assault, ticket)
    for (let save = 0; save < 4 && !assault.over.aborted; save += 1) {
      const body = putAlternating([`a${save}`, `b${save}`])
      sequenceNumber = await putChunked(assault, ticket, sequenceNumber, body)
    }
    // What it brings is stored before it is refused, so that the document is due at once.
    const brought = [new Uint8Array(1000)]
    const nowhere = { id: chunkIdOf(new Uint8Array(77)), length: 77 }
    const signature = { streamId: 'MainContent', scheme: 'Zip' as const, chunks: [nowhere] }
    const refused = putMessage([signature], { inline: brought })
    await putChunked(assault, ticket, sequenceNumber, refused)
    // The slowest of these tells the longest pause that the sweep makes.
    const endsAt = performance.now() + SWEEP_MS
    while (performance.now() < endsAt && !assault.over.aborted) {
      await assault.send(ticket, 'GET_LOCK')
      await delay(100)
    }
  },
})
