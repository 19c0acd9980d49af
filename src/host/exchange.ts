// Moved: import from '../ports/exchange.ts' instead. This file goes away.
export type { HostReply, HostRequest } from '../ports/exchange.ts'
