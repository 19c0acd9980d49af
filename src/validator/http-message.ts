/** A header as it is sent or has come; names may repeat, values may be empty. */
export type HeaderLine = readonly [name: string, value: string]

/** A request, ready to be sent. */
export interface HttpRequest {
  method: string
  url: string
  headers: readonly HeaderLine[]
  /** Left out: no body. A POST without body says `Content-Length: 0`. */
  body?: Uint8Array
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

/** The value of a header, `undefined` when it is missing; names are compared without case. */
export function headerOf(headers: readonly HeaderLine[], name: string): string | undefined {
  const wanted = name.toLowerCase()
  const values = headers.filter(([own]) => own.toLowerCase() === wanted).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(',')
}
