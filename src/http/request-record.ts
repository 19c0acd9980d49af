import { loggedPath, loggedText } from '../host/logged.ts'
import type { HostReply } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** What is known about an answered request: one line of a log, or one point of a metric. */
export interface RequestRecord {
  method: string
  /** Where no operation has this address, most of it is left out: a token may stand anywhere in it. */
  path: string
  /** The WOPI operation; left out when none answers this address. */
  operation?: string
  status: number
  /** Of the body, in bytes. */
  bytesIn: number
  /** Of the body, in bytes. */
  bytesOut: number
  durationMs: number
  /** Whether the client left, or the connection broke, before the answer was out. */
  aborted: boolean
  /** Why it was refused, as the client was told: in words, and as a code of docs/errors.md. */
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
  /** Tells the record. */
  over(end: { bytesIn: number; aborted: boolean }): void
}

/** Status in the record of a request whose client left before there was an answer. */
const NO_ANSWER = 0

/** Starts the record of one request, which `tell` gets when it is over. */
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
