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
/** How long an idle connection stays open, in ms; longer than proxies in front keep theirs. */
export const KEEP_ALIVE_TIMEOUT_MS = 75 * SECOND_MS

/**
 * How long a reply may take once its client has ended its side of the connection, in ms. Such a
 * client may still read or be gone; only an attempt to send shows which.
 */
export const HALF_OPEN_MAX_MS = 10 * SECOND_MS
/**
 * Most requests of one connection that may wait for the replies to earlier ones. More of them end
 * the connection.
 */
export const PIPELINED_MAX = 64

/** Slowest accepted body, in bytes per second, averaged over each window. */
export const BODY_MIN_BYTES_PER_SECOND = 1 * KIB
/** How long a body may be slower than this before the host gives up, in ms. */
export const BODY_RATE_WINDOW_MS = 30 * SECOND_MS
/** How long a client may take no byte of a reply, in ms. */
export const REPLY_STALL_MS = 60 * SECOND_MS

/** Most bytes of a body in memory while its consumer is slower than its client. */
export const BODY_BUFFER_BYTES = 512 * KIB

/** Most bytes that the host reads and throws away of a body that it refused before the end. */
export const DISCARD_MAX_BYTES = 64 * MIB
/** How long that may take, in ms. */
export const DISCARD_MAX_MS = 30 * SECOND_MS
/** The host throws a rest of at most this many bytes away, and uses the connection again. */
export const KEEP_ALIVE_REST_MAX_BYTES = 64 * KIB

/** Largest reply body that is written together with the headers, in bytes. */
export const JOINED_MAX_BYTES = 16 * KIB
