import { defineAttack } from '../attack.ts'
import { getFile, lock, putAlternating, putChunked, readSequenceNumber } from '../messages.ts'

/** Two streams as long as they may be, saved again and again under new names. */
export const chunkLists = defineAttack({
  name: 'chunk-lists',
  title: 'ten saves of two more streams of 131,072 chunks, then a GetFile',
  seconds: 90,
  short: true,
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    let sequenceNumber = await readSequenceNumber(assault, ticket)
    const saves = assault.scaled(10, 2)
    const chunks = assault.scaled(131_072, 20_000)
    for (let save = 0; save < saves && !assault.over.aborted; save += 1) {
      const streamIds = save === 0 ? ['MainContent', 'first'] : [`a${save}`, `b${save}`]
      const body = putAlternating(streamIds, chunks)
      sequenceNumber = await putChunked(assault, ticket, sequenceNumber, body)
    }
    await getFile(assault, ticket)
  },
})
