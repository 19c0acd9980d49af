import assert from 'node:assert/strict'
import {
  type ChunkReaderOptions,
  createChunkReader,
} from '../../../src/protocol/frames/chunk-reader.ts'
import { FrameError } from '../../../src/protocol/frames/decoder.ts'
import { END_FRAME } from '../../../src/protocol/frames/encoder.ts'
import { chunkFrames, testBytes } from '../../helpers/test-host.ts'
import { readFixtures } from '../fixtures.ts'
import { cutsOf, outcomeOf, pureTarget, withCuts } from '../target.ts'

/** Chunks: a reader that is saved and restored at every cut reads what one does that is not. */
export const chunkReader = pureTarget({
  name: 'chunk-reader',
  dictionary: [END_FRAME, chunkFrames([testBytes(5)]), chunkFrames([new Uint8Array(0)])],
  seeds: async () => [
    ...(await readFixtures('frames', withCuts)),
    withCuts(chunkFrames([testBytes(300), testBytes(7, 2), new Uint8Array(0)])),
  ],
  run(input) {
    const { pieces, bytes } = cutsOf(input)
    for (const endFrame of ['forbidden', 'required'] as const) {
      const whole = outcomeOf(() => readAll([bytes], { endFrame }), FrameError)
      const saved = outcomeOf(() => readAll(pieces, { endFrame }), FrameError)
      assert.deepEqual(saved, whole)
    }
  },
})

function readAll(pieces: readonly Uint8Array[], { endFrame }: ChunkReaderOptions) {
  let reader = createChunkReader({ endFrame })
  const chunks = []
  for (const piece of pieces) {
    chunks.push(...reader.push(piece))
    if (!reader.ended) reader = createChunkReader({ endFrame, checkpoint: reader.save() })
  }
  reader.finish()
  return { chunks, position: reader.position }
}
