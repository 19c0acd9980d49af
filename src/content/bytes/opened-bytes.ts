import type { OpenedBytes } from '../../ports/blob-store.ts'

/** A Node.js stream, which many applications return. */
interface Emitter {
  on(event: 'error', listener: () => void): unknown
}

/**
 * Makes a body from the application safe to close at any time, like a body of a blob store. Node.js
 * streams end the process when they fail unread, and reject when disposed before their end.
 */
export function withSafeClose(opened: OpenedBytes): OpenedBytes {
  // The reader gets the error, too.
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
 * Passes on exactly `length` bytes. If an application returned the whole document instead of the
 * requested range, the host would save wrong bytes.
 *
 * @throws RangeError during iteration, at the latest instead of the last piece
 */
export function exactBytes(opened: OpenedBytes, length: number): OpenedBytes {
  async function* checked(): AsyncGenerator<Uint8Array> {
    const source = opened[Symbol.asyncIterator]()
    for (let left = length; left > 0; ) {
      const next = await source.next()
      if (next.done)
        throw new RangeError(
          `The application returned ${left} bytes too few for the requested range of ${length}`,
        )
      left -= next.value.length
      // Copied: the source may overwrite the piece when it reads the next one.
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
  return new RangeError(`The application returned more bytes than the requested range of ${length}`)
}

/**
 * Copies each piece, so that the application may keep it. A piece of a blob store is valid only
 * until the next one is read, but streams of the application buffer several.
 */
export function copiedBytes(opened: OpenedBytes): OpenedBytes {
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
