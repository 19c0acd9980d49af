/** What the signature of a request is made over. */
export interface ProofInput {
  /** The value of `access_token`. */
  accessToken: string
  /** The address as clients see it, with the whole query exactly as sent. */
  url: string
  /** X-WOPI-TimeStamp, in .NET ticks. */
  timestamp: bigint
}

const LENGTH_BYTES = 4
const TICKS_BYTES = 8

/**
 * The bytes that X-WOPI-Proof signs (page "Proof keys").
 *
 * @example
 * ```ts
 * import { proofMessage, ticksFromMs } from 'wopikit/protocol'
 *
 * const url = 'https://docs.example.com/wopi/files/1?access_token=secret'
 * const message = proofMessage({ accessToken: 'secret', url, timestamp: ticksFromMs(Date.now()) })
 *
 * assert.equal(message.length, 3 * 4 + 'secret'.length + url.length + 8)
 * ```
 */
export function proofMessage({ accessToken, url, timestamp }: ProofInput): Uint8Array<ArrayBuffer> {
  const token = new TextEncoder().encode(accessToken)
  const address = new TextEncoder().encode(upperCase(url))
  const message = new Uint8Array(3 * LENGTH_BYTES + token.length + address.length + TICKS_BYTES)
  const view = new DataView(message.buffer)
  let offset = 0
  for (const part of [token, address]) {
    view.setInt32(offset, part.length)
    message.set(part, offset + LENGTH_BYTES)
    offset += LENGTH_BYTES + part.length
  }
  view.setInt32(offset, TICKS_BYTES)
  view.setBigInt64(offset + LENGTH_BYTES, timestamp)
  return message
}

/**
 * Upper case as .NET's invariant culture has it: one character for one, and none that becomes
 * ASCII.
 */
function upperCase(text: string): string {
  return text.replace(/\P{ASCII}|[a-z]+/gu, (part) => {
    const upper = part.toUpperCase()
    const isOwn = upper.length !== part.length || (part > '\x7f' && upper <= '\x7f')
    return isOwn ? part : upper
  })
}
