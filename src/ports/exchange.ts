import type { OpenedBytes } from './blob-store.ts'

/** One HTTP request as the host sees it, from any server. */
export interface HostRequest {
  /** In upper case. */
  readonly method: string
  /** Path and query exactly as sent, without the prefix of the mount. */
  readonly target: string
  /** The value of a header; `undefined` when it is missing or empty. The name may be in any case. */
  header(name: string): string | undefined
  /** What Content-Length says, in bytes; `undefined` when it is not sent. */
  readonly contentLength: number | undefined
  /** The bytes of the body, pulled at most once. It throws when the connection breaks early. */
  readonly body: AsyncIterable<Uint8Array>
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** The answer to one request. The sender disposes `body` in every case. */
export interface HostReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Bytes in memory, opened ones, or nothing. */
  readonly body?: Uint8Array | OpenedBytes
  /** Of `body`, in bytes, when known: sent as Content-Length. */
  readonly contentLength?: number
  /**
   * Aborts when the answer has to break off, because other requests need the memory that it holds.
   */
  readonly brokenOff?: AbortSignal
  /** The WOPI operation that answers, for logs; not sent. */
  readonly operation?: string
}
