/** A part of a blob: bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Bytes opened for reading, once. Disposing closes them, whether or not reading began. It makes a
 * pull that waits, and every later one, reject: neither looks like the end of the bytes.
 */
export type OpenedBytes = AsyncIterable<Uint8Array> & AsyncDisposable

/** What `put` stored. */
export interface StoredBlob {
  /** Number of bytes stored. */
  length: number
  /**
   * Where the store put the blob, when the key alone does not say. The host keeps the locator
   * beside the key, and passes it to `open` and `delete`. It stays valid as long as the blob
   * exists, even when the store moves the blob.
   */
  locator?: string
}

/** One blob found by `list`. */
export interface ListedBlob {
  key: string
  /** In bytes. */
  length: number
  /** As `put` returned it; absent when the key alone leads to the blob by now. */
  locator?: string
}

/** There is no blob under the key. */
export class BlobNotFoundError extends Error {
  override readonly name = 'BlobNotFoundError'
  readonly code = 'BLOB_NOT_FOUND'

  constructor(key: string, options?: { cause?: unknown }) {
    super(`There is no blob ${key}`, options)
  }
}

/** The key is taken. */
export class BlobExistsError extends Error {
  override readonly name = 'BlobExistsError'
  readonly code = 'BLOB_EXISTS'

  constructor(key: string, options?: { cause?: unknown }) {
    super(`Blob ${key} exists already`, options)
  }
}

/** The store refused a new blob, because only its reserve of free space is left. */
export class BlobStoreFullError extends Error {
  override readonly name = 'BlobStoreFullError'
  readonly code = 'BLOB_STORE_FULL'
}

/**
 * Keeps immutable byte strings under keys that the caller chooses: parts of `[a-z0-9-]+` joined by
 * `/`, at most 200 characters. A key is used once and never again. Nothing of a blob can be read
 * before `put` has resolved. From then on all of it can, even after a power cut. A key of another
 * form is a RangeError before anything happens.
 */
export interface BlobStore {
  /**
   * Stores everything that `content` yields. It pulls one piece after the other, and only when it
   * has room for the next, so that a slow disk slows the sender down. The store may hold pieces
   * until the call settles, and they must not change before. Afterwards it keeps no reference to
   * them. If `content` throws or `signal` aborts, the call rejects with that reason, and the key
   * stays free.
   *
   * @throws BlobExistsError when the store finds the key taken. A store with locators need not
   *   search everywhere, as keys are used once. In any case the old blob stays as it was.
   * @throws BlobStoreFullError when only the reserve is left, before the first byte or in the middle
   */
  put(
    key: string,
    content: AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal },
  ): Promise<StoredBlob>

  /**
   * Opens a blob for reading, in pieces of any size. A piece is valid until the next one is pulled:
   * then the store may use its memory again.
   *
   * @param options.range the bytes wanted; all of them when left out
   * @throws BlobNotFoundError before the first byte, never in the middle
   * @throws RangeError when `range` reaches past the end, before the first byte
   */
  open(
    key: string,
    options?: { range?: ByteRange; locator?: string; signal?: AbortSignal },
  ): Promise<OpenedBytes>

  /** Deletes a blob for ever. It is no error when there is none. */
  delete(key: string, options?: { locator?: string }): Promise<void>

  /**
   * All blobs whose key starts with `prefix`, in any order. A prefix is `''` or ends in `/`. Blobs
   * that are stored or deleted meanwhile may be in the list or not, and blobs that move may be in
   * it twice. An unfinished put is never in it, unless its process died.
   */
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<ListedBlob>

  /**
   * Checks that there is room for new blobs. Absent in a store that keeps no reserve.
   *
   * @throws BlobStoreFullError when only the reserve is left
   */
  checkRoom?(): Promise<void>
  /** Removes the leftovers of puts whose process died. Safe while other processes write. */
  cleanUp?(): Promise<void>
}
