import { OPERATIONS } from '../operations/index.ts'
import { isAddress } from './dispatch.ts'

/** Most characters of a header that a log line shows. */
const LOGGED_MAX_CHARS = 256
/** Most parts of an unknown address that a log line shows. */
const LOGGED_PARTS_MAX = 8
const HIDDEN = '…'
/** A signed token; each begins with `{"` in base64. */
const SIGNED_TOKEN = /eyJ[\w-]+\.[\w-]+(?:\.[\w-]+)*/g

/** The fixed parts in the addresses of operations. */
const WORDS: ReadonlySet<string> = new Set(
  OPERATIONS.flatMap(({ route }) => route.path.split('/')).filter((word) => !word.startsWith(':')),
)

/**
 * The path of a request as a log may show it. The address of an operation stays as it is, since its
 * only variable part is an id. Any other address keeps only the fixed parts of operations'
 * addresses: its other parts may be tokens.
 */
export function loggedPath(target: string): string {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  if (isAddress(path)) return path
  const parts = path.split('/', LOGGED_PARTS_MAX + 1)
  const shown = parts.map((part) => (WORDS.has(part) ? part : HIDDEN))
  return shown.slice(0, LOGGED_PARTS_MAX).join('/')
}

/** The value of a header as a log may show it: of bounded length and without tokens. */
export function loggedText<Text extends string | undefined>(text: Text): Text
export function loggedText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const cut = withoutTokens(text.slice(0, LOGGED_MAX_CHARS))
  return text.length <= LOGGED_MAX_CHARS ? cut : `${cut}${HIDDEN}`
}

/** Hides tokens that wopikit signed, except for their first part, which is no secret. */
export function withoutTokens(text: string): string {
  return text.replace(SIGNED_TOKEN, HIDDEN)
}
