import { createFrameDecoder, FrameError } from '../../protocol/frames/decoder.ts'
import type { Frame } from '../../protocol/frames/layout.ts'
import { SHOWN_BODY_DECODED_BYTES, SHOWN_FRAMES_MAX } from '../limits.ts'

/**
 * A body of frames as text: a line for each, then the MessageJSON. `undefined` when it does not
 * begin with a frame.
 */
export function framesText(body: Uint8Array): string | undefined {
  const frames: Frame[] = []
  let message: Uint8Array = new Uint8Array(0)
  const problem = decode(body, {
    frame: (frame) => frames.push(frame),
    payload(bytes) {
      if (frames.length === 1 && frames[0]?.type === 'MessageJSON') message = bytes
    },
    end() {},
  })
  if (frames.length === 0) return undefined
  const lines = frames.slice(0, SHOWN_FRAMES_MAX).map(frameText)
  if (frames.length > lines.length) lines.push(`and ${frames.length - lines.length} more frames`)
  if (problem !== undefined) lines.push(`then: ${problem}`)
  const json = new TextDecoder().decode(message.subarray(0, SHOWN_BODY_DECODED_BYTES))
  return `(${body.length} bytes) ${lines.join('\n')}${json === '' ? '' : `\n\n${json}`}`
}

/** The words of what is wrong with the frames. */
function decode(
  body: Uint8Array,
  sink: Parameters<ReturnType<typeof createFrameDecoder>['feed']>[1],
): string | undefined {
  const decoder = createFrameDecoder()
  try {
    decoder.feed(body, sink)
    decoder.finish()
    return undefined
  } catch (error) {
    if (error instanceof FrameError) return error.message
    throw error
  }
}

function frameText(frame: Frame): string {
  if (frame.type === 'EndFrame') return frame.type
  const name = 'chunkId' in frame ? `${frame.type} ${frame.chunkId}` : frame.type
  const place = frame.type === 'ChunkRange' ? ` from byte ${frame.offset} on` : ''
  return `${name}: ${frame.payloadSize} bytes${place}`
}
