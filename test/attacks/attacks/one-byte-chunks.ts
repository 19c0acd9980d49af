import { defineAttack, repeat } from '../attack.ts'
import { getFile, lock, putAlternating, putChunked, readSequenceNumber } from '../messages.ts'

/** A document that is scattered as widely as it may be, read over and over. */
export const oneByteChunks = defineAttack({
  name: 'one-byte-chunks',
  title: 'GetFile by 8 clients of a document of 131,072 alternating chunks of one byte',
  short: true,
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    const sequenceNumber = await readSequenceNumber(assault, ticket)
    const body = putAlternating(['MainContent'], assault.scaled(131_072, 20_000))
    await putChunked(assault, ticket, sequenceNumber, body)
    await repeat(assault, { workers: assault.scaled(8, 2) }, () => getFile(assault, ticket))
  },
})
