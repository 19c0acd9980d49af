import type { Share } from '../content/bytes/share.ts'
import type { OpenedBytes } from '../ports/blob-store.ts'
import type { HostReply } from '../ports/exchange.ts'

/** Replies in memory up to this size, in bytes, go out without a share of the memory budget. */
const SMALL_ANSWER_BYTES = 64 * 1024

/** The share of a request, created on demand: most requests need none. */
export interface ShareSlot {
  share?: Share
}

/**
 * Replies to a request and ends its share, on failure at once, else when the reply has been sent.
 */
export async function endWithReply(
  answer: () => Promise<HostReply>,
  slot: ShareSlot,
  openShare: () => Share,
): Promise<HostReply> {
  try {
    const reply = await answer()
    return await sendWithShare(reply, slot, openShare)
  } catch (error) {
    slot.share?.[Symbol.dispose]()
    throw error
  }
}

async function sendWithShare(
  reply: HostReply,
  slot: ShareSlot,
  openShare: () => Share,
): Promise<HostReply> {
  const { body } = reply
  if (body instanceof Uint8Array && body.length > SMALL_ANSWER_BYTES) {
    const share = openShare()
    await share.grow(body.length)
    return sent({ ...reply, contentLength: body.length }, openBytes(body), share)
  }
  if (!slot.share) return reply
  if (body && !(body instanceof Uint8Array)) return sent(reply, body, slot.share)
  slot.share[Symbol.dispose]()
  return reply
}

function sent(reply: HostReply, body: OpenedBytes, share: Share): HostReply {
  return { ...reply, body: share.send(body), ...(share.lost && { brokenOff: share.lost }) }
}

function openBytes(bytes: Uint8Array): OpenedBytes {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += SMALL_ANSWER_BYTES)
      yield bytes.subarray(at, at + SMALL_ANSWER_BYTES)
  }
  return { [Symbol.asyncIterator]: pieces, async [Symbol.asyncDispose]() {} }
}
