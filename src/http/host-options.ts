import type { CoreOptions } from '../host/core.ts'
import type { RequestRecord } from './request-record.ts'
import type { Timers } from './timers.ts'

/** What a host is made of, and where it is mounted. Closing the stores is the application's. */
export interface HostOptions extends CoreOptions {
  /** What clients put before `basePath`: scheme, host and port, such as `https://docs.example.com`. */
  publicUrl: string
  /** Path that the host is mounted under, such as `/office` (default: none). WOPI's own paths follow it. */
  basePath?: string
  /**
   * Origins whose pages may use the host in a browser, such as `https://app.example.com` (default:
   * none, so that browsers refuse).
   */
  corsOrigins?: readonly string[]
  /** Told of every request when it is over, for logs and metrics. */
  onRequest?: (record: RequestRecord) => void
  /** @internal Clock and alarms of the HTTP layer, in tests. */
  timers?: Timers
}
