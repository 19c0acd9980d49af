import { WopiError } from '../../protocol/errors.ts'
import { createFrameDecoder, type Frame } from '../../protocol/frames/decoder.ts'
import { FRAME_HEADER_BYTES } from '../../protocol/frames/layout.ts'
import { MessageError } from '../../protocol/message-error.ts'
import { MESSAGE_JSON_MAX_BYTES } from '../../protocol/names.ts'
import type { Steps } from '../../protocol/steps.ts'
import { type ByteCursor, createByteCursor } from '../bytes/cursor.ts'
import { joinBytes } from '../bytes/join.ts'
import type { Share } from '../bytes/share.ts'
import { framesOrRefusal } from './upload-session.ts'

/** Size of the first parts in which the host receives a message, in bytes. */
const MESSAGE_PART_BYTES = 64 * 1024
/** Most bytes to allocate for each byte of a message that has arrived. */
const ALLOCATED_PER_RECEIVED = 4

/** What is made of a message takes no more than this of its size: 32 bytes for some 60 of an entry. */
const READ_PER_BYTE = 0.6

/** The failure code for a message beyond the host's limits. */
type TooLargeCode = 'TOO_LARGE' | 'MESSAGE_INVALID'

/** The MessageJSON at the start of a body, and the rest. Disposing it returns its memory. */
export interface OpenedMessage extends Disposable {
  json: Uint8Array
  /** The frames after the message. */
  rest: ByteCursor
}

/**
 * Reads the MessageJSON frame at the start of a body of frames (encode-send-data).
 *
 * @throws WopiError FRAMES_INVALID when the body starts with another frame or ends too early,
 *   TOO_LARGE above `MESSAGE_JSON_MAX_BYTES`, before any of the message is in memory, and those of
 *   `share`
 */
export async function openMessage(
  body: AsyncIterable<Uint8Array>,
  share: Share,
  tooLarge: TooLargeCode = 'TOO_LARGE',
): Promise<OpenedMessage> {
  const rest = createByteCursor(share.receive(body))
  const { payloadSize } = await readFrameHeader(rest, 'MessageJSON')
  if (payloadSize > MESSAGE_JSON_MAX_BYTES)
    throw new WopiError(tooLarge, {
      detail: `The MessageJSON has ${payloadSize} bytes; at most ${MESSAGE_JSON_MAX_BYTES} are allowed`,
    })
  const json = await takeMessage(rest, payloadSize, share)
  return { json, rest, [Symbol.dispose]: () => share.shrink(payloadSize) }
}

/**
 * Receives a message. The host allocates its declared length only after a good part has arrived, so
 * that a client that sends slowly holds little memory.
 */
async function takeMessage(rest: ByteCursor, length: number, share: Share): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let received = 0
  while (received < length && length > received * ALLOCATED_PER_RECEIVED) {
    const part = Math.min(length - received, MESSAGE_PART_BYTES)
    await share.grow(part)
    parts.push(await takeBytes(rest, part))
    received += part
  }
  if (received === length) return joinBytes(parts)
  await share.grow(length)
  const whole = new Uint8Array(length)
  for (let at = 0, part = parts.shift(); part; part = parts.shift()) {
    whole.set(part, at)
    at += part.length
  }
  share.shrink(received)
  for (let at = received; at < length; ) {
    const part = await takeBytes(rest, Math.min(length - at, MESSAGE_PART_BYTES))
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * Reads a body of one MessageJSON and an EndFrame; see `openMessage`. Only read operations have
 * such bodies, and their pages list no 413: a message that is too large is MESSAGE_INVALID.
 */
export async function openOnlyMessage(
  body: AsyncIterable<Uint8Array>,
  share: Share,
): Promise<OpenedMessage> {
  const message = await openMessage(body, share, 'MESSAGE_INVALID')
  try {
    await readFrameHeader(message.rest, 'EndFrame')
    return message
  } catch (error) {
    message[Symbol.dispose]()
    throw error
  }
}

/**
 * Runs a parser of messages and turns its error into a WopiError.
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

/**
 * Reads a message in slices, and counts what is made of it until the request ends. A complaint is
 * turned into the client's answer.
 *
 * @throws WopiError MESSAGE_INVALID, TOO_LARGE, and those of `share`
 */
export async function readMessage<T>(
  { json }: Pick<OpenedMessage, 'json'>,
  read: (json: Uint8Array) => Steps<T>,
  share: Share,
  tooLarge: TooLargeCode = 'TOO_LARGE',
): Promise<T> {
  await share.grow(Math.ceil(json.length * READ_PER_BYTE))
  try {
    return await share.work(read(json))
  } catch (error) {
    return messageOrRefusal(() => {
      throw error
    }, tooLarge)
  }
}

/** Takes the next bytes of a body, which must not end before. */
export async function takeBytes(rest: ByteCursor, length: number): Promise<Uint8Array> {
  const bytes = await rest.take(length)
  if (bytes.length < length)
    throw new WopiError('FRAMES_INVALID', {
      detail: `The body ends inside a frame: ${length - bytes.length} bytes are missing`,
    })
  return bytes
}

async function readFrameHeader(rest: ByteCursor, type: 'MessageJSON' | 'EndFrame'): Promise<Frame> {
  const bytes = await takeBytes(rest, FRAME_HEADER_BYTES)
  return framesOrRefusal(async () => {
    const decoder = createFrameDecoder({ allow: [type] })
    for (const event of decoder.push(bytes)) if (event.kind === 'frame') return event.frame
    // A header that is incomplete after 16 bytes has another type, which the decoder has refused.
    throw new Error(`No ${type} frame was decoded`)
  })
}
