/** What a run takes from files and from the host at most. */

const KIB = 1024
const MIB = 1024 * KIB

/** Largest file of cases, in bytes; Microsoft's has 0.4 MiB. */
export const CASES_MAX_BYTES = 8 * MIB
/** Deepest nesting of elements in it; Microsoft's has nine levels. */
export const XML_MAX_DEPTH = 32
/** Longest delay in a case; Microsoft's wait for a minute. */
export const DELAY_MAX_SECONDS = 24 * 60 * 60
/** Largest document or schema that a case may name, in bytes. */
export const RESOURCE_MAX_BYTES = 64 * MIB
/** Deepest nesting of a JSON schema or of an expected JSON body. */
export const LAX_JSON_MAX_DEPTH = 64
/** Largest answer that is read, in bytes. */
export const RESPONSE_MAX_BYTES = 64 * MIB
/** Longest line of an answer's headers, in bytes. */
export const ANSWER_LINE_MAX_BYTES = 64 * KIB
/** How many headers an answer may have. */
export const ANSWER_LINES_MAX = 1000
/** How long an answer may take from the first to its last byte, in ms. */
export const RESPONSE_TIMEOUT_MS = 60_000
/** How much of a body is looked through for secrets before it is cut, in bytes. */
export const SHOWN_BODY_DECODED_BYTES = 64 * KIB
/** How much of a body, or of what is said of one, is shown, in characters. */
export const SHOWN_TEXT_MAX_CHARS = 2000
/** How many frames of a body are shown. */
export const SHOWN_FRAMES_MAX = 20
/** Deepest nesting of a JSON body that is looked at. */
export const JSON_BODY_MAX_DEPTH = 64
/** How long the checks of one JSON body may take, in ms: patterns may backtrack for ever. */
export const CHECK_MAX_MS = 1000
/** How long the cleanup of a case may take when the run is to end at once, in ms. */
export const LAST_CLEANUP_MAX_MS = 5000
/** How far from now a `nearNow` time may lie, in ms: ten years. */
export const NEAR_NOW_MS = 10 * 365.25 * 24 * 60 * 60 * 1000
