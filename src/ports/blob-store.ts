/** A part of a blob: bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Bytes opened for reading, once. Disposing closes them, whether or not reading began; a pull after
 * that, or one that is waiting just then, rejects, so that it never looks like the end.
 */
export type OpenedBytes = AsyncIterable<Uint8Array> & AsyncDisposable

/** What `put` stored. */
export interface StoredBlob {
  /** Number of bytes stored. */
  length: number
  /**
   * Where the store put it, when the key alone does not tell. Kept beside the key and handed back
   * to `open` and `delete`.
   */
  locator?: string
}

/** One blob found by `list`. */
export interface ListedBlob {
  key: string
  /** In bytes. */
  length: number
  /** As `put` returned it, or a newer one that names the same bytes. */
  locator?: string
}

/** The blob that a caller asked for is not there. */
export class BlobNotFoundError extends Error {
  override readonly name = 'BlobNotFoundError'
  readonly code = 'BLOB_NOT_FOUND'

  constructor(key: string, options?: { cause?: unknown }) {
    super(`There is no blob ${key}`, options)
  }
}

/** Something was stored under this key already. */
export class BlobExistsError extends Error {
  override readonly name = 'BlobExistsError'
  readonly code = 'BLOB_EXISTS'

  constructor(key: string, options?: { cause?: unknown }) {
    super(`There is a blob ${key} already`, options)
  }
}

/** The store refused a new blob because it is at its reserve of free space. */
export class BlobStoreFullError extends Error {
  override readonly name = 'BlobStoreFullError'
  readonly code = 'BLOB_STORE_FULL'
}

/**
 * Keeps immutable byte strings under keys that the caller makes up: parts of `[a-z0-9-]+` joined by
 * `/`, at most 200 characters, each part used once and for ever. Nothing can be read before `put`
 * has resolved, and then all of it can, also after a power cut. A key that is not of this form is a
 * RangeError, before anything is touched.
 */
export interface BlobStore {
  /**
   * Stores everything that `content` yields. Pulls one piece after the other, and only while it has
   * a place for it, so that a slow disk holds the sender back. Pieces may be held until the call has
   * settled and must not change before; no reference is kept afterwards.
   * If `content` throws or `signal` aborts, the call rejects with that reason and nothing can be
   * read under the key.
   *
   * @throws BlobExistsError when the key is taken; the old blob stays as it was
   * @throws BlobStoreFullError when only the reserve is left: before any byte was pulled, or when
   *   that happens in the middle
   */
  put(
    key: string,
    content: AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal },
  ): Promise<StoredBlob>

  /**
   * Opens a blob for reading, in pieces of any size. The bytes of a piece are only there until the
   * next one is asked for: the store may use their memory again.
   *
   * @param options.range the bytes wanted; all of them when left out
   * @throws BlobNotFoundError before the first byte, never in the middle
   * @throws RangeError when `range` reaches past the end, before the first byte
   */
  open(
    key: string,
    options?: { range?: ByteRange; locator?: string; signal?: AbortSignal },
  ): Promise<OpenedBytes>

  /** Deletes a blob for ever. Deleting one that is not there is no error. */
  delete(key: string, options?: { locator?: string }): Promise<void>

  /**
   * All blobs whose key starts with `prefix` (whole parts: `''`, or ending in `/`), in no order.
   * Those stored or deleted meanwhile may be listed or not. Unfinished puts are never listed.
   */
  list(prefix: string, options?: { signal?: AbortSignal }): AsyncIterable<ListedBlob>

  /** Removes what died processes left of unfinished puts. Safe while others are writing. */
  cleanUp?(): Promise<void>
}
