import type { OpenedBytes } from '../../ports/blob-store.ts'

/** A stream of Node's, which is what many applications open. */
interface Emitter {
  on(event: 'error', listener: () => void): unknown
}

/**
 * Makes a body that an application has opened as tame as those of a blob store. Node's own streams
 * end the process when they fail before anybody reads, and their disposal rejects before the end.
 */
export function tameBytes(opened: OpenedBytes): OpenedBytes {
  // Whoever reads is told of the failure, too.
  if (isEmitter(opened)) opened.on('error', () => {})
  return {
    [Symbol.asyncIterator]: () => opened[Symbol.asyncIterator](),
    async [Symbol.asyncDispose]() {
      try {
        await opened[Symbol.asyncDispose]()
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'AbortError') throw error
      }
    },
  }
}

/**
 * Makes sure that a range has the bytes that were asked for and no more: an application that gives
 * the whole document instead would have other bytes saved than the client means.
 *
 * @throws RangeError while it is read, at the latest instead of the last piece
 */
export function exactBytes(opened: OpenedBytes, length: number): OpenedBytes {
  async function* checked(): AsyncGenerator<Uint8Array> {
    const source = opened[Symbol.asyncIterator]()
    for (let left = length; left > 0; ) {
      const next = await source.next()
      if (next.done) throw new RangeError(`The application gave ${left} bytes too few`)
      left -= next.value.length
      // The piece may be overwritten when the next one is asked for.
      const bytes = left > 0 ? next.value : new Uint8Array(next.value)
      if (left < 0 || (left === 0 && !(await isAtEnd(source)))) throw tooMany(length)
      yield bytes
    }
  }
  return {
    [Symbol.asyncIterator]: checked,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

async function isAtEnd(source: AsyncIterator<Uint8Array>): Promise<boolean> {
  for (;;) {
    const next = await source.next()
    if (next.done) return true
    if (next.value.length > 0) return false
  }
}

function tooMany(length: number): RangeError {
  return new RangeError(
    `The application gave more bytes than the range of ${length} that it was asked for`,
  )
}

/**
 * Gives the application pieces that it may keep. Those of a blob store are only there until the next
 * one is asked for, but a stream that an application writes to holds several.
 */
export function keptBytes(opened: OpenedBytes): OpenedBytes {
  async function* copies(): AsyncGenerator<Uint8Array> {
    for await (const bytes of opened) yield new Uint8Array(bytes)
  }
  return {
    [Symbol.asyncIterator]: copies,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

function isEmitter(value: object): value is Emitter {
  return 'on' in value && typeof value.on === 'function'
}
