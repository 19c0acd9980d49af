/** Limits of the content model: first the configurable ones, then the fixed ones. */

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const HOUR_MS = 60 * 60 * 1000

/** The configurable limits. */
export interface ContentLimits {
  /** Largest content of one file, all streams together, in bytes. */
  maxFileBytes: number
  /** Most live upload sessions of one user on one file. */
  maxSessionsPerUser: number
  /** Most bytes in one upload session. */
  maxSessionBytes: number
  /** Most bytes in all live upload sessions of one file. */
  maxSessionBytesPerDocument: number
  /** Most bytes in all live upload sessions of one user, including bytes in flight. */
  maxSessionBytesPerUser: number
}

export const DEFAULT_LIMITS: Readonly<ContentLimits> = {
  maxFileBytes: 64 * GIB,
  maxSessionsPerUser: 32,
  maxSessionBytes: 64 * GIB,
  maxSessionBytesPerDocument: 256 * GIB,
  maxSessionBytesPerUser: 256 * GIB,
}

/** Extents of a pack closer than this become one read, in bytes; frame headers lie between them. */
export const MERGED_GAP_MAX_BYTES = 64 * KIB
/** How many packs are opened ahead of the one being read. */
export const READ_AHEAD_PACKS = 4
/**
 * How many packs may be open ahead of all readers together. Each holds a block and a file
 * descriptor, however slowly its client reads.
 */
export const READ_AHEAD_PACKS_IN_ALL = 64
/** Small pieces are joined up to this size before they are sent, in bytes. */
export const SMALL_PIECE_MAX_BYTES = 32 * KIB
/**
 * Content up to this size is hashed again completely when a client reads it, in bytes; of larger
 * content a sample.
 */
export const CHECKED_MAX_BYTES = 8 * MIB
/** Most chunks that one reply hashes again, so that many small chunks cost their reader little. */
export const CHECKED_MAX_CHUNKS = 4096
/**
 * Up to this size, in bytes, a request reads a stream a second time when chunking needs its zip
 * directory.
 */
export const SECOND_PASS_MAX_BYTES = 256 * MIB
/** Expired sessions stay this long, in ms: longer than any request lasts. */
export const SESSION_GRACE_MS = HOUR_MS
/**
 * What each fragment counts besides its bytes, in bytes: a block of the disk, and rows of the metadata.
 */
export const FRAGMENT_OVERHEAD_BYTES = 4 * KIB
/** Most fragments of one upload session. */
export const FRAGMENTS_PER_SESSION_MAX = 65_536
/** Delay of the sweep after a save, in ms, so that many saves cost one sweep. */
export const SWEEP_AFTER_SAVE_MS = 10 * 60 * 1000
/** Default memory that all requests may hold together, in bytes: made for a container of 512 MB. */
export const MEMORY_BUDGET_BYTES = 96 * MIB
/** Memory that each request may hold in addition, in bytes, so that small requests never wait. */
export const MEMORY_FREE_BYTES = 64 * KIB
/** How long a request waits for memory before the host replies 503, in ms. */
export const MEMORY_WAIT_MS = 10_000
/** How long a client may stand still with memory that others wait for, in ms. */
export const MEMORY_STALL_MS = 3_000
/**
 * Most chunks in one upload session, or in the body of one PutChunkedFile: enough for two of the
 * longest streams. Each chunk costs memory in the request that sends it and in the one that saves
 * it.
 */
export const CHUNKS_PER_UPLOAD_MAX = 262_144
/**
 * Most chunks of one document, those of all its streams under all their names. A deck of 5,000
 * chunks has 10,000 names at most; the largest zip that is chunked has 262,142. What is stored with
 * more stays readable.
 */
export const CHUNKS_PER_DOCUMENT_MAX = 262_144
/**
 * Most bytes of the encoded state of a document: it is read and written whole. A deck of 5,000
 * chunks takes some 125 KB, and the largest zip that is chunked 7 MB.
 */
export const MANIFEST_MAX_BYTES = 8 * MIB
/** Most extents of one stream, and most pieces of one reply: each costs memory in any request. */
export const EXTENTS_MAX = 262_144
