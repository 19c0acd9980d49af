/** Limits of the HTTP layer. */

const KIB = 1024
const MIB = 1024 * KIB
const SECOND_MS = 1000

/** Largest request line and headers together, in bytes: 6 KB of lock metadata and a long token. */
export const HEADERS_MAX_BYTES = 64 * KIB
/** How long the headers of a request may take, in ms. */
export const HEADERS_TIMEOUT_MS = 30 * SECOND_MS
/** How often Node looks for connections whose headers take too long, in ms. */
export const CONNECTIONS_CHECK_MS = 5 * SECOND_MS
/** How long an idle connection stays open, in ms; longer than the proxies in front keep theirs. */
export const KEEP_ALIVE_TIMEOUT_MS = 75 * SECOND_MS

/**
 * How long a reply may take once its client has ended its side of the connection, in ms. Such a client
 * may still read, or be gone: only sending tells.
 */
export const HALF_OPEN_MAX_MS = 10 * SECOND_MS
/** Most requests of one connection that wait for the replies to earlier ones; more end it. */
export const PIPELINED_MAX = 64

/** Slowest body that is waited for, in bytes per second, averaged over each window. */
export const BODY_MIN_BYTES_PER_SECOND = 1 * KIB
/** How long a body may be slower than that before it is given up, in ms. */
export const BODY_RATE_WINDOW_MS = 30 * SECOND_MS
/** How long a client may take no byte of a reply, in ms, beside the slowest rate. */
export const REPLY_STALL_MS = 60 * SECOND_MS

/** Most bytes that are held in memory for a consumer that is slower than its client. */
export const BODY_BUFFER_BYTES = 512 * KIB

/** What is read and thrown away of a body that was refused before its end. */
export const DISCARD_MAX_BYTES = 64 * MIB
/** How long that may take, in ms. */
export const DISCARD_MAX_MS = 30 * SECOND_MS
/** A rest of at most this many bytes is thrown away and the connection used again. */
export const KEEP_ALIVE_REST_MAX_BYTES = 64 * KIB

/** Reply bodies in memory up to this size, in bytes, are written together with the headers. */
export const JOINED_MAX_BYTES = 16 * KIB
