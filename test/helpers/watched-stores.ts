import type { BlobStore, ByteRange, OpenedBytes } from '../../src/ports/blob-store.ts'
import type { TestStores } from './test-host.ts'

export interface WatchedBlobs {
  blobs: BlobStore
  /** Every read that was begun. */
  opens: { key: string; range: ByteRange | undefined }[]
  /** Reads that were begun and not closed yet. */
  open: number
}

/** Watches what is read from a blob store. */
export function watchBlobs(inner: BlobStore): WatchedBlobs {
  const watched: WatchedBlobs = {
    opens: [],
    open: 0,
    blobs: {
      ...inner,
      async open(key, options) {
        watched.opens.push({ key, range: options?.range })
        const bytes = await inner.open(key, options)
        watched.open++
        return closingOnce(bytes, () => watched.open--)
      },
    },
  }
  return watched
}

function closingOnce(bytes: OpenedBytes, onClose: () => void): OpenedBytes {
  let closed = false
  return {
    [Symbol.asyncIterator]: () => bytes[Symbol.asyncIterator](),
    async [Symbol.asyncDispose]() {
      if (!closed) onClose()
      closed = true
      await bytes[Symbol.asyncDispose]()
    },
  }
}

/** What a process that was killed sees of its stores: nothing any more. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied'
}

export interface MortalStores {
  stores: TestStores
  /** Calls that were made so far. */
  calls: number
}

/**
 * Stores that are lost to their process from call number `lastCall + 1` on. That call itself still
 * happens, but its result is not seen, when `actsBeforeDying`.
 */
export function mortalStores(
  inner: TestStores,
  lastCall: number,
  { actsBeforeDying = false } = {},
): MortalStores {
  const mortal: MortalStores = { calls: 0, stores: inner }

  function wrap<T extends object>(store: T): T {
    return new Proxy(store, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return (...args: unknown[]) => {
          mortal.calls++
          if (mortal.calls <= lastCall) return method.apply(target, args)
          const acts = actsBeforeDying && mortal.calls === lastCall + 1 && name !== 'list'
          if (!acts) return dead(name)
          return Promise.resolve(method.apply(target, args)).then(() => dead(name))
        }
      },
    })
  }

  mortal.stores = { metadata: wrap(inner.metadata), blobs: wrap(inner.blobs) }
  return mortal
}

function dead(name: string | symbol): unknown {
  if (name === 'list') return deadList()
  return Promise.reject(new ProcessDied(`Killed at ${String(name)}`))
}

// biome-ignore lint/correctness/useYield: a listing that fails at its first step
async function* deadList(): AsyncGenerator<never> {
  throw new ProcessDied('Killed at list')
}
