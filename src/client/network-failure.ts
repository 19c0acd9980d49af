/** Why no answer came. */
export interface NetworkFailure {
  /** For people: half a sentence. */
  words: string
  /** Whether a later try may succeed; a wrong scheme or certificate stays what it is. */
  passes: boolean
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ETIMEDOUT: 'it took too long',
  UND_ERR_CONNECT_TIMEOUT: 'it took too long',
  UND_ERR_HEADERS_TIMEOUT: 'it took too long',
  UND_ERR_BODY_TIMEOUT: 'it took too long',
  ENOTFOUND: 'no machine has this name',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'no route leads to this host',
  ENETUNREACH: 'no route leads to this host',
}

const UNTRUSTED =
  'its certificate is not trusted: name the one that signed it in NODE_EXTRA_CA_CERTS'
const CERTIFICATE_WORDS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
}

/** How OpenSSL says that the other side did not answer in TLS; the code depends on who asked. */
const NOT_TLS = /wrong version number|packet length too long|ssl.*http request/i
/** The code of a failure of those who have found TLS where they asked in plain HTTP. */
export const TLS_SPOKEN = 'TLS_SPOKEN'
/** What `fetch` says of a port that it never uses, such as that of X11; there is no code. */
const BLOCKED_PORT = 'bad port'

/** Reads what `fetch`, or a request of Node's own, has failed with. */
export function readNetworkFailure(failure: unknown): NetworkFailure {
  const cause = innermost(failure)
  if (!(cause instanceof Error)) return { words: String(cause), passes: true }
  const { code, message, name } = cause as Error & { code?: unknown }
  const lasting = lastingWords(cause)
  if (lasting !== undefined) return { words: lasting, passes: false }
  if (typeof code !== 'string') return { words: message || name, passes: true }
  const words = WORDS[code]
  return { words: words ? `${words} (${code})` : message || code, passes: true }
}

function lastingWords({ code = '', message }: Error & { code?: unknown }): string | undefined {
  if (message === BLOCKED_PORT)
    return 'requests to this port are never sent, as it belongs to another service'
  if (code === TLS_SPOKEN) return 'it speaks https there: give the address with https://'
  if (NOT_TLS.test(message)) return 'it speaks plain http there: give the address with http://'
  const words = CERTIFICATE_WORDS[String(code)]
  return words && `${words} (${code})`
}

/** Node's fetch says only "fetch failed"; what happened is in its cause. */
function innermost(failure: unknown): unknown {
  return failure instanceof Error && failure.cause instanceof Error
    ? innermost(failure.cause)
    : failure
}
