/** The request for which a code was given. The request that trades the code must match it. */
export interface CodeGrant {
  clientId: string
  redirectUri: string
  /** Challenge of PKCE with SHA-256; absent when the client does not use PKCE. */
  challenge?: string
}

/** Authorization codes: each can be traded once, within a minute. */
export interface CodeStore {
  give(grant: CodeGrant): string
  /** Returns the request for which a code was given, and makes the code invalid. */
  take(code: string): CodeGrant | undefined
}

const CODE_BYTES = 32
const CODE_LIFETIME_MS = 60_000
/** Most codes that wait to be traded; beyond it the oldest one is dropped. */
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
