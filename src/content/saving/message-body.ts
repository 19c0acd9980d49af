import { WopiError } from '../../protocol/errors.ts'
import { createFrameDecoder, type Frame } from '../../protocol/frames/decoder.ts'
import { MessageError } from '../../protocol/message-error.ts'
import { MESSAGE_JSON_MAX_BYTES } from '../../protocol/names.ts'
import { type ByteCursor, createByteCursor } from '../bytes/cursor.ts'
import type { MemoryBudget } from '../bytes/memory-budget.ts'
import { framesOrRefusal } from './upload-session.ts'

/** Bytes of a frame header without its extended header. */
const FRAME_HEADER_BYTES = 16

/** What a message beyond the host's limits is answered with. */
type TooLargeCode = 'TOO_LARGE' | 'MESSAGE_INVALID'

/** The MessageJSON that starts a body, and what follows it. Disposing gives its memory back. */
export interface OpenedMessage extends Disposable {
  json: Uint8Array
  /** The frames behind the message. */
  rest: ByteCursor
}

/**
 * Reads the MessageJSON frame that every body of frames starts with (encode-send-data).
 *
 * @throws WopiError FRAMES_INVALID when the body starts with anything else or ends too early,
 *   TOO_LARGE above `MESSAGE_JSON_MAX_BYTES`, before any of it is held in memory
 */
export async function openMessage(
  body: AsyncIterable<Uint8Array>,
  memory: MemoryBudget,
  signal: AbortSignal,
  tooLarge: TooLargeCode = 'TOO_LARGE',
): Promise<OpenedMessage> {
  const rest = createByteCursor(body)
  const { payloadSize } = await readFrameHeader(rest, 'MessageJSON')
  if (payloadSize > MESSAGE_JSON_MAX_BYTES)
    throw new WopiError(tooLarge, {
      detail: `A MessageJSON has at most ${MESSAGE_JSON_MAX_BYTES} bytes, not ${payloadSize}`,
    })
  const taken = await memory.take(payloadSize, signal)
  try {
    const json = await takeBytes(rest, payloadSize)
    return { json, rest, [Symbol.dispose]: () => taken[Symbol.dispose]() }
  } catch (error) {
    taken[Symbol.dispose]()
    throw error
  }
}

/**
 * Reads a body that is one MessageJSON and an EndFrame; see `openMessage`. Only reads send such
 * bodies, and their pages know no 413: a message that is too large is MESSAGE_INVALID.
 */
export async function openOnlyMessage(
  body: AsyncIterable<Uint8Array>,
  memory: MemoryBudget,
  signal: AbortSignal,
): Promise<OpenedMessage> {
  const message = await openMessage(body, memory, signal, 'MESSAGE_INVALID')
  try {
    await readFrameHeader(message.rest, 'EndFrame')
    return message
  } catch (error) {
    message[Symbol.dispose]()
    throw error
  }
}

/**
 * Runs a parser of messages and turns its complaint into the client's answer.
 *
 * @throws WopiError MESSAGE_INVALID, TOO_LARGE
 */
export function messageOrRefusal<T>(parse: () => T, tooLarge: TooLargeCode = 'TOO_LARGE'): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const code = error.code === 'MESSAGE_TOO_LARGE' ? tooLarge : 'MESSAGE_INVALID'
    throw new WopiError(code, { detail: error.message, cause: error })
  }
}

/** The next bytes of a body that must have them. */
export async function takeBytes(rest: ByteCursor, length: number): Promise<Uint8Array> {
  const bytes = await rest.take(length)
  if (bytes.length < length)
    throw new WopiError('FRAMES_INVALID', {
      detail: `The body ends where ${length - bytes.length} more bytes of a frame must be`,
    })
  return bytes
}

async function readFrameHeader(rest: ByteCursor, type: 'MessageJSON' | 'EndFrame'): Promise<Frame> {
  const bytes = await takeBytes(rest, FRAME_HEADER_BYTES)
  return framesOrRefusal(async () => {
    const decoder = createFrameDecoder({ allow: [type] })
    for (const event of decoder.push(bytes)) if (event.kind === 'frame') return event.frame
    // A header that is not whole after 16 bytes belongs to another type, which was refused.
    throw new Error(`No ${type} frame was decoded`)
  })
}
