import type { OpenedBytes } from '../ports/blob-store.ts'

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
