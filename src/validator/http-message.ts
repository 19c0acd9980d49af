/** A header as it is sent or has come; names may repeat, values may be empty. */
export type HeaderLine = readonly [name: string, value: string]

/** A request, ready to be sent. */
export interface HttpRequest {
  method: string
  url: string
  headers: readonly HeaderLine[]
  /** Left out: no body. A POST without body says `Content-Length: 0`. */
  body?: Uint8Array
  /** Names the whole address in the request line, as to a proxy (RFC 9112, section 3.2.2). */
  absoluteForm?: boolean
}

export interface HttpResponse {
  status: number
  headers: readonly HeaderLine[]
  /** As it came over the wire, not decompressed. */
  body: Uint8Array
}

/**
 * Sends a request exactly as it is, empty headers too, follows no redirect, and reads the whole
 * answer, which is bounded. Rejects when there is none.
 */
export type Send = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpResponse>

/**
 * Sends requests to one host on one connection, each without waiting for the answer to the one
 * before, and reads the answers. There are fewer answers than requests when the host closes the
 * connection between two of them. Rejects when there is none, or when one breaks off.
 */
export type SendPipelined = (
  requests: readonly HttpRequest[],
  signal?: AbortSignal,
) => Promise<HttpResponse[]>

/** What brings requests to a host. Cases that need what it lacks are skipped. */
export interface Transport {
  send: Send
  /** Left out by a transport that cannot choose connections. */
  sendPipelined?: SendPipelined
  /** Whether `send` obeys `absoluteForm`. */
  sendsAbsoluteForm?: boolean
}

/** The value of a header, `undefined` when it is missing; names are compared without case. */
export function headerOf(headers: readonly HeaderLine[], name: string): string | undefined {
  const wanted = name.toLowerCase()
  const values = headers.filter(([own]) => own.toLowerCase() === wanted).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(',')
}
