import { loggedPath, loggedText } from '../host/logged.ts'
import type { HostReply } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** Facts about an answered request: one line of a log, or one point of a metric. */
export interface RequestRecord {
  method: string
  /** Shortened when no operation has this address, because it may contain a token anywhere. */
  path: string
  /** The WOPI operation; absent when none answers this address. */
  operation?: string
  status: number
  /** Of the body, in bytes. */
  bytesIn: number
  /** Of the body, in bytes. */
  bytesOut: number
  durationMs: number
  /** Whether the client left, or the connection broke, before the answer was sent. */
  aborted: boolean
  /**
   * Why the request was refused, as the client saw it: in words, and as a code of docs/errors.md.
   */
  failureReason?: string
  failureCode?: string
  /** X-WOPI-CorrelationId, X-Request-ID and X-WOPI-SessionId of the request, at most 256 characters. */
  correlationId?: string
  requestId?: string
  sessionId?: string
}

/** Notes one request while it is answered. */
export interface Recorder {
  answered(reply: HostReply): void
  sent(bytes: number): void
  /** Passes the record on. */
  over(end: { bytesIn: number; aborted: boolean }): void
}

/** Status in the record when the client left before there was an answer. */
const NO_ANSWER = 0

/** Starts the record of one request. `tell` gets it when the request is over. */
export function startRecord(
  tell: (record: RequestRecord) => void,
  request: { method: string; target: string; header(name: string): string | undefined },
  now: () => number,
): Recorder {
  const startedAt = now()
  let reply: HostReply | undefined
  let bytesOut = 0
  return {
    answered(given) {
      reply = given
    },
    sent(bytes) {
      bytesOut += bytes
    },
    over({ bytesIn, aborted }) {
      tell({
        method: request.method,
        path: loggedPath(request.target),
        status: reply?.status ?? NO_ANSWER,
        bytesIn,
        bytesOut,
        durationMs: now() - startedAt,
        aborted,
        ...given('operation', reply?.operation),
        ...given('failureReason', reply?.headers[HEADERS.failureReason]),
        ...given('failureCode', reply?.headers[HEADERS.failureCode]),
        ...given('correlationId', request.header(HEADERS.correlationId)),
        ...given('requestId', request.header(HEADERS.requestId)),
        ...given('sessionId', request.header(HEADERS.sessionId)),
      })
    },
  }
}

function given<Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: loggedText(value) } as Partial<Record<Name, string>>)
}
