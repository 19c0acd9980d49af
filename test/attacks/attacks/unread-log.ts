import { defineAttack, repeat } from '../attack.ts'

/** What goes into each line of the log, three times. */
const LONG_ID = 'i'.repeat(15_000)

/** A log that nobody takes, and requests that have much to be logged. */
export const unreadLog = defineAttack({
  name: 'unread-log',
  title: 'a reader of the log that stalls, and requests with 45 KB of ids in their headers',
  short: true,
  server: { unreadLog: true, maxStopMs: 20_000 },
  prepare: (stage) => stage.document('mallory', new Uint8Array(1000)),

  async run(assault, ticket) {
    const headers = { CorrelationId: LONG_ID, SessionId: LONG_ID }
    const plainHeaders = { 'X-Request-ID': LONG_ID }
    await repeat(assault, { workers: 16 }, () =>
      assault.send(ticket, 'GET_LOCK', { headers, plainHeaders }),
    )
  },
})
