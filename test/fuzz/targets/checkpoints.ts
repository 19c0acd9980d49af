import { createChunkReader } from '../../../src/protocol/frames/chunk-reader.ts'
import { FrameError } from '../../../src/protocol/frames/decoder.ts'
import { chunkFrames, testBytes } from '../../helpers/test-host.ts'
import { outcomeOf, pureTarget } from '../target.ts'

const STREAM = chunkFrames([testBytes(300), testBytes(7, 2)])

/** A checkpoint that was changed is refused, or read on from without harm. */
export const checkpoints = pureTarget({
  name: 'checkpoints',
  dictionary: [Buffer.of(0, 0, 0, 3), Buffer.of(0, 0, 0, 16), new Uint8Array(8)],
  seeds: () =>
    [0, 5, 16, 31, 40, 200, 332, 350].map((cut) => {
      const reader = createChunkReader({ endFrame: 'forbidden' })
      reader.push(STREAM.subarray(0, cut))
      return reader.save()
    }),
  run(input) {
    const options = { endFrame: 'forbidden', checkpoint: new Uint8Array(input) } as const
    const restored = outcomeOf(() => createChunkReader(options), RangeError)
    if (!('value' in restored)) return
    const reader = restored.value
    outcomeOf(() => {
      reader.push(STREAM)
      reader.save()
      reader.finish()
    }, FrameError)
  },
})
