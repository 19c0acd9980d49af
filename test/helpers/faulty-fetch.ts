/** What happens to one request. */
export type Fault =
  /** The host never sees it. */
  | 'unsent'
  /** The host answers, and the answer never arrives. */
  | 'reply-lost'
  /** The answer breaks off after so many bytes of its body. */
  | { breakAfter: number }
  /** The host, or something before it, answers this. */
  | { status: number; headers?: Record<string, string> }

/** A request on its way. */
export interface Call {
  /** Counted from 1. */
  index: number
  /** `X-WOPI-Override`, or else the method. */
  operation: string
  /** How many of this operation there were, this one included. */
  nth: number
}

/** A `fetch` on a bad network, which writes down what was sent. */
export interface FaultyFetch {
  fetch: typeof fetch
  calls: string[]
}

/** @param fault may also do something before the request is sent, such as saving a document */
export function createFaultyFetch(
  fault: (call: Call) => Fault | undefined | Promise<Fault | undefined>,
): FaultyFetch {
  const calls: string[] = []
  return {
    calls,
    async fetch(input, init) {
      init?.signal?.throwIfAborted()
      const headers = new Headers(init?.headers)
      const operation = headers.get('X-WOPI-Override') ?? init?.method ?? 'GET'
      calls.push(operation)
      const nth = calls.filter((other) => other === operation).length
      const happens = await fault({ index: calls.length, operation, nth })
      if (happens === 'unsent') throw new TypeError('fetch failed')
      if (typeof happens === 'object' && 'status' in happens) {
        return new Response('', { status: happens.status, headers: happens.headers ?? {} })
      }
      const reply = await fetch(input, init)
      if (!happens) return reply
      if (happens === 'reply-lost') {
        await reply.arrayBuffer()
        throw new TypeError('fetch failed')
      }
      return new Response(brokenAfter(happens.breakAfter, reply), reply)
    },
  }
}

/** Breaks only when the bytes before were read: an error makes a stream forget what is queued. */
function brokenAfter(bytes: number, reply: Response): ReadableStream<Uint8Array> {
  const reader = reply.body?.getReader()
  let left = bytes
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = left > 0 ? (await reader?.read())?.value : undefined
        if (!piece) return controller.error(new TypeError('terminated'))
        controller.enqueue(piece.subarray(0, left))
        left -= Math.min(left, piece.length)
      },
      cancel: () => reader?.cancel(),
    },
    { highWaterMark: 0 },
  )
}
