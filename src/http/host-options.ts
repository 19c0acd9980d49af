import type { CoreOptions } from '../host/core.ts'
import type { RequestRecord } from './request-record.ts'
import type { Timers } from './timers.ts'

/** The parts of a host, and where it is mounted. The application closes the stores. */
export interface HostOptions extends CoreOptions {
  /**
   * The address before `basePath` that clients use: scheme, host and port, such as
   * `https://docs.example.com`.
   */
  publicUrl: string
  /**
   * Path under which the host is mounted, such as `/office` (default: none). WOPI's own paths
   * follow it.
   */
  basePath?: string
  /**
   * Origins whose pages may use the host in a browser, such as `https://app.example.com` (default:
   * none).
   */
  corsOrigins?: readonly string[]
  /** Receives the record of every request, once the request is over, for logs and metrics. */
  onRequest?: (record: RequestRecord) => void
  /** @internal Clock and alarms of the HTTP layer, in tests. */
  timers?: Timers
}
