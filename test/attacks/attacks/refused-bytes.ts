import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import { putMessage } from '../../helpers/wopi-story.ts'
import { defineAttack } from '../attack.ts'
import { lock, putChunked, readSequenceNumber } from '../messages.ts'

/** Saves whose bytes are stored and then refused. */
export const refusedBytes = defineAttack({
  name: 'refused-bytes',
  title: '5 saves of 20 MB that are refused for one missing chunk: the bytes count for nobody',
  server: { maxDiskMb: 40 },
  prepare: (stage) => stage.document('mallory'),

  async run(assault, ticket) {
    await lock(assault, ticket)
    const sequenceNumber = await readSequenceNumber(assault, ticket)
    const brought = new Uint8Array(20_000_000)
    const nowhere = { id: chunkIdOf(new Uint8Array(77)), length: 77 }
    const signature = { streamId: 'MainContent', scheme: 'Zip' as const, chunks: [nowhere] }
    for (let save = 0; save < 5; save += 1) {
      brought[0] = save
      const body = putMessage([signature], { inline: [brought] })
      await putChunked(assault, ticket, sequenceNumber, body)
    }
  },
})
