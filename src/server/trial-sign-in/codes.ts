/** What an authorization code was given for; the request that trades it must say the same. */
export interface CodeGrant {
  clientId: string
  redirectUri: string
  /** Of PKCE with SHA-256; left out when the client uses none. */
  challenge?: string
}

/** Authorization codes: each can be traded once, within a minute. */
export interface CodeStore {
  give(grant: CodeGrant): string
  /** What a code was given for; from then on it is worth nothing. */
  take(code: string): CodeGrant | undefined
}

const CODE_BYTES = 32
const CODE_LIFETIME_MS = 60_000
/** The oldest code goes when there are more that nobody has traded. */
const CODES_MAX = 1000

/**
 * Keeps authorization codes in memory.
 *
 * @param options.now the clock, in ms since 1970 UTC
 */
export function createCodeStore({
  randomBytes,
  now,
}: {
  randomBytes: (length: number) => Uint8Array
  now: () => number
}): CodeStore {
  const codes = new Map<string, { grant: CodeGrant; expiresAt: number }>()

  return {
    give(grant) {
      const [oldest] = codes.keys()
      if (codes.size >= CODES_MAX && oldest !== undefined) codes.delete(oldest)
      const code = Buffer.from(randomBytes(CODE_BYTES)).toString('base64url')
      codes.set(code, { grant, expiresAt: now() + CODE_LIFETIME_MS })
      return code
    },

    take(code) {
      const found = codes.get(code)
      codes.delete(code)
      return found && now() < found.expiresAt ? found.grant : undefined
    },
  }
}
