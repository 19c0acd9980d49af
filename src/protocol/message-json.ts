import { COMMA, endOfString, QUOTE } from './json-bytes.ts'
import { MessageError, messageTooLarge } from './message-error.ts'
import { MESSAGE_JSON_MAX_BYTES, MESSAGE_JSON_MAX_DEPTH, MESSAGE_JSON_MAX_TOKENS } from './names.ts'

// `[` and `{`, `]` and `}` differ in this bit only.
const BRACE_BIT = 0x20
const OPEN = 0x5b | BRACE_BIT
const CLOSE = 0x5d | BRACE_BIT

/**
 * Parses a message: strict UTF-8, with or without a byte order mark.
 *
 * @throws MessageError `MESSAGE_INVALID`, or `MESSAGE_TOO_LARGE` beyond the limits of size
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > MESSAGE_JSON_MAX_BYTES)
    throw messageTooLarge(`${MESSAGE_JSON_MAX_BYTES} bytes`)
  checkBounds(bytes)
  const text = decodeUtf8(bytes)
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words quote the message, which may be secret or huge.
    throw new MessageError('', 'is not JSON')
  }
}

/** Encodes a message. */
export function encodeJson(message: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(message))
}

/**
 * Refuses what would make `JSON.parse` build far more than a message can mean: 16 MB of brackets
 * take it seconds and hundreds of MB.
 */
function checkBounds(bytes: Uint8Array): void {
  let tokens = 0
  let depth = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (byte === QUOTE) {
      index = endOfString(bytes, index)
    } else if ((byte | BRACE_BIT) === OPEN) {
      tokens++
      if (++depth > MESSAGE_JSON_MAX_DEPTH) throw new MessageError('', 'is nested too deeply')
    } else if ((byte | BRACE_BIT) === CLOSE) {
      depth--
    } else if (byte === COMMA) {
      tokens++
    }
  }
  if (tokens > MESSAGE_JSON_MAX_TOKENS) throw messageTooLarge(`${MESSAGE_JSON_MAX_TOKENS} values`)
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new MessageError('', 'is not UTF-8')
  }
}
