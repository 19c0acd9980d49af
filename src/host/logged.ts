import { OPERATIONS } from '../operations/index.ts'
import { isAddress } from './dispatch.ts'

/** Most characters of a header that a line of the log repeats. */
const LOGGED_MAX_CHARS = 256
/** Most parts of an unknown address that a line of the log shows. */
const LOGGED_PARTS_MAX = 8
const HIDDEN = '…'
/** A signed token: every one begins with `{"` in base64. */
const SIGNED_TOKEN = /eyJ[\w-]+\.[\w-]+(?:\.[\w-]+)*/g

/** The fixed words in the addresses of operations. */
const WORDS: ReadonlySet<string> = new Set(
  OPERATIONS.flatMap(({ route }) => route.path.split('/')).filter((word) => !word.startsWith(':')),
)

/**
 * The path of a request as a log may show it. The address of an operation stays as it is, since it has
 * room for an id only. Of every other one only the words remain that operations have: a token may
 * stand anywhere in it.
 */
export function loggedPath(target: string): string {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  if (isAddress(path)) return path
  const parts = path.split('/', LOGGED_PARTS_MAX + 1)
  const shown = parts.map((part) => (WORDS.has(part) ? part : HIDDEN))
  return shown.slice(0, LOGGED_PARTS_MAX).join('/')
}

/** What a client has written into a header, as a log may show it: bounded, and without tokens. */
export function loggedText<Text extends string | undefined>(text: Text): Text
export function loggedText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const cut = withoutTokens(text.slice(0, LOGGED_MAX_CHARS))
  return text.length <= LOGGED_MAX_CHARS ? cut : `${cut}${HIDDEN}`
}

/** A text without the tokens that wopikit signs; the first part of one is no secret. */
export function withoutTokens(text: string): string {
  return text.replace(SIGNED_TOKEN, HIDDEN)
}
