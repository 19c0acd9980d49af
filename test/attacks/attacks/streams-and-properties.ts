import { putMessage } from '../../helpers/wopi-story.ts'
import { defineAttack } from '../attack.ts'
import { alternatingChunks, lock, putChunked, readSequenceNumber } from '../messages.ts'

const PARTS = 256

/** Saves that set all streams and properties that a document may have, under the longest names. */
export const streamsAndProperties = defineAttack({
  name: 'streams-and-properties',
  title: 'saves of 256 streams of 500 chunks with 256 properties of 1 KiB, one after the other',
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    let sequenceNumber = await readSequenceNumber(assault, ticket)
    const chunks = alternatingChunks(500)
    const name = (index: number) => `${index} `.padEnd(250, 'n')
    const signatures = Array.from({ length: PARTS + 1 }, (_, index) => ({
      streamId: index === PARTS ? 'MainContent' : name(index),
      scheme: 'Zip' as const,
      chunks,
    }))
    const inline = [Uint8Array.of(1), Uint8Array.of(2)]
    for (let save = 0; !assault.over.aborted; save += 1) {
      const properties = Array.from({ length: PARTS }, (_, index) => ({
        name: name(index),
        value: String(save).padEnd(1024, 'v'),
        retention: 'KeepOnContentChange' as const,
      }))
      const body = putMessage(signatures, { inline, properties })
      sequenceNumber = await putChunked(assault, ticket, sequenceNumber, body)
    }
  },
})
