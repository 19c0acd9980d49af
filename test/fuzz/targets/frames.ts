import assert from 'node:assert/strict'
import {
  createFrameDecoder,
  FrameError,
  type FrameEvent,
} from '../../../src/protocol/frames/decoder.ts'
import {
  END_FRAME,
  encodeFrameHeader,
  encodeMessage,
} from '../../../src/protocol/frames/encoder.ts'
import { concatBytes, encodeFrames, joinEvents } from '../../helpers/frames.ts'
import { chunkFrames } from '../../helpers/test-host.ts'
import { readFixtures } from '../fixtures.ts'
import { cutsOf, outcomeOf, pureTarget, withCuts } from '../target.ts'

/** Frames: whatever comes is the same in any cuts, and what is read is written the same again. */
export const frames = pureTarget({
  name: 'frames',
  dictionary: [END_FRAME, chunkFrames([new Uint8Array(3)]), encodeMessage(Buffer.from('{}'))],
  seeds: () => readFixtures('frames', withCuts),
  run(input) {
    const { pieces, bytes } = cutsOf(input)
    const whole = outcomeOf(() => decode([bytes]), FrameError)
    const cut = outcomeOf(() => decode(pieces), FrameError)
    assert.deepEqual(cut, whole)
    if (!('value' in whole)) return
    const { frames: read, position } = whole.value
    // Written again it has the same bytes, but for a range, whose flags keep one bit of many.
    const written = encodeFrames(read)
    assert.equal(written.length, position)
    const end = read.at(-1)
    if (end) encodeFrameHeader(end.frame)
  },
})

function decode(pieces: readonly Uint8Array[]) {
  const decoder = createFrameDecoder()
  const events: FrameEvent[] = []
  for (const piece of pieces) for (const event of decoder.push(piece)) events.push(copied(event))
  decoder.finish()
  return { frames: joinEvents(events), position: decoder.position }
}

function copied(event: FrameEvent): FrameEvent {
  return event.kind === 'payload' ? { ...event, bytes: concatBytes([event.bytes]) } : event
}
