import type { Steps } from '../../protocol/steps.ts'

/** How much of a body is parsed and hashed in one step, in bytes: some 500 chunks at most. */
const STEP_BYTES = 16 * 1024

/** Shows bytes to a parser in steps: small chunks make many of few bytes. */
export function* pushPieces(bytes: Uint8Array, push: (piece: Uint8Array) => void): Steps<void> {
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    if (at > 0) yield
    push(bytes.subarray(at, at + STEP_BYTES))
  }
}
