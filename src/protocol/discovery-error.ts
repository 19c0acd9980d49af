/**
 * - `DISCOVERY_TOO_LARGE`, `DISCOVERY_INVALID`: the XML is refused or is not one of discovery
 * - `PROOF_KEY_MISSING`, `PROOF_KEY_INVALID`: the keys in it are not there, or no RSA keys
 * - `ACTION_URL_TOO_LONG`: an address would be longer than browsers and proxies take
 * - `DISCOVERY_UNAVAILABLE`: the client does not answer
 */
export type DiscoveryErrorCode =
  | 'DISCOVERY_TOO_LARGE'
  | 'DISCOVERY_INVALID'
  | 'DISCOVERY_UNAVAILABLE'
  | 'PROOF_KEY_MISSING'
  | 'PROOF_KEY_INVALID'
  | 'ACTION_URL_TOO_LONG'

/** Discovery of a WOPI client is unusable; see `code`. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError'
  readonly code: DiscoveryErrorCode

  constructor(code: DiscoveryErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}
