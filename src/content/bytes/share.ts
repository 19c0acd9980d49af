import type { OpenedBytes } from '../../ports/blob-store.ts'
import type { Steps } from '../../protocol/steps.ts'
import type { Holder } from './memory-holder.ts'
import { pacer } from './pacer.ts'
import { createPuller, type Puller } from './puller.ts'
import { unlessAborted } from './single-flight.ts'

/** The share of one request in the memory and processor time of all requests. */
export interface Share extends Disposable {
  /**
   * Adds bytes to what the request holds, and waits until the memory is available.
   *
   * @throws WopiError OVERLOADED, GAVE_WAY
   */
  grow(bytes: number): Promise<void> | undefined
  shrink(bytes: number): void
  /** Runs long work in slices, in turn with other requests. */
  work<Result>(steps: Steps<Result>): Promise<Result>
  /** Waits for a turn of the event loop, before a part of work that cannot be split into steps. */
  turn(): Promise<void>
  /** Passes a request body on. A client that stops sending while others wait loses the share. */
  receive(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** Passes a reply body on in the same way, and ends the share with it. */
  send(body: OpenedBytes): OpenedBytes
  /** Disposes a resource together with the share. */
  keep(resource: Disposable): void
  /** Aborts when the request loses the share. */
  readonly lost: AbortSignal | undefined
}

/** Creates the share of one request. It waits for memory until `signal` aborts. */
export function createShare(holder: Holder, signal?: AbortSignal): Share {
  const kept = new DisposableStack()
  kept.use(holder)
  const { userId } = holder.names
  return {
    grow(bytes) {
      const growing = holder.grow(bytes)
      return growing && signal ? unlessAborted(growing, signal) : growing
    },
    shrink: (bytes) => holder.shrink(bytes),
    work: (steps) => pacer.run(steps, userId, signal),
    turn: () => pacer.turn(userId),
    receive: (body) => ({ [Symbol.asyncIterator]: () => receive(holder, body) }),
    send: (body) => send(holder, body, kept),
    keep: (resource) => {
      kept.use(resource)
    },
    lost: holder.lost,
    [Symbol.dispose]: () => kept.dispose(),
  }
}

/** The share of the host's own work, which does not count. */
export const UNCOUNTED: Share = {
  grow: () => undefined,
  shrink() {},
  work: (steps) => pacer.run(steps, ''),
  turn: () => pacer.turn(''),
  receive: (body) => body,
  send: (body) => body,
  keep() {},
  lost: undefined,
  [Symbol.dispose]() {},
}

async function* receive(
  holder: Holder,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = createPuller(body)
  try {
    for (let bytes = await pull(holder, source); bytes; bytes = await pull(holder, source))
      yield bytes
  } finally {
    source.close()
  }
}

async function pull(holder: Holder, source: Puller): Promise<Uint8Array | undefined> {
  holder.waitForClient()
  let moved = 0
  try {
    const step = await unlessAborted(source.next(), holder.lost)
    moved = step.done ? 0 : step.value.length
    return step.done ? undefined : step.value
  } finally {
    holder.clientMoved(moved)
  }
}

function send(holder: Holder, body: OpenedBytes, kept: DisposableStack): OpenedBytes {
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      holder.waitForClient()
      yield bytes
      holder.clientMoved(bytes.length)
    }
  }
  return {
    [Symbol.asyncIterator]: watched,
    async [Symbol.asyncDispose]() {
      try {
        await body[Symbol.asyncDispose]()
      } finally {
        kept.dispose()
      }
    },
  }
}
