import type { OpenedBytes } from './blob-store.ts'

/** One HTTP request as the host sees it, whatever server it came through. */
export interface HostRequest {
  /** In upper case. */
  readonly method: string
  /** Path and query exactly as sent, without the prefix that the host is mounted under. */
  readonly target: string
  /** The value of a header, whose name is given in any case; empty ones are `undefined`. */
  header(name: string): string | undefined
  /** What Content-Length says, in bytes; `undefined` when it is not sent. */
  readonly contentLength: number | undefined
  /** The body's bytes; pulled at most once. It throws when the connection breaks before its end. */
  readonly body: AsyncIterable<Uint8Array>
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** The answer to one request. Whoever sends it disposes `body`, on every path. */
export interface HostReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Bytes in memory, opened ones, or nothing. */
  readonly body?: Uint8Array | OpenedBytes
  /** Of `body`, in bytes, when known: sent as Content-Length. */
  readonly contentLength?: number
  /** The WOPI operation that answers, for logs; not sent. */
  readonly operation?: string
}
