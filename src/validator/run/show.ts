import type { HeaderLine, HttpRequest, HttpResponse } from '../http-message.ts'
import { SHOWN_BODY_DECODED_BYTES, SHOWN_TEXT_MAX_CHARS } from '../limits.ts'
import type { CaseResult, ShownExchange } from '../report.ts'
import { encodeToken } from '../requests/addresses.ts'
import { framesText } from './show-frames.ts'

/** What stands in the place of a secret. */
const HIDDEN = '…'
/** `\u002B` and `\/` in an address are signs of it that JSON escapes, but `\u0026` is its `&`. */
const TOKEN_IN_ADDRESS = /(access_token=)(?:[^&"'\s\\#]|\\u(?!00(?:22|23|26|27))[\da-f]{4}|\\\/)*/gi
/** An address inside another one, escaped once or more often. */
const TOKEN_IN_ESCAPED_ADDRESS = /(access_token%(?:25)*3d)(?:(?!%(?:25)*26)[^&"'\s\\#])*/gi
const SECRET_IN_JSON = /("(?:AccessToken|UploadSessionToken\w*)"\s*:\s*")(?:[^"\\]|\\.)*/gi
const SECRET_HEADERS = ['authorization', 'x-wopi-uploadsessiontoken', 'set-cookie', 'cookie']
const CONTROL = /[^\P{Cc}\t\n\r]/u

/** A request and what came of it, as they were. */
export interface Exchange {
  operation: string
  request: HttpRequest
  answer: { response: HttpResponse } | { error: string }
  durationMs: number
}

/** Makes an exchange fit to be shown: without secrets, bodies shortened. */
export function showExchange(exchange: Exchange, tokens: ReadonlySet<string>): ShownExchange {
  const { operation, request, answer, durationMs } = exchange
  const clean = (text: string) => withoutSecrets(text, tokens)
  return {
    operation,
    method: request.method,
    url: clean(request.url),
    requestHeaders: showHeaders(request.headers, clean),
    requestBody: showBody(request.body, clean),
    ...('error' in answer
      ? { error: clean(answer.error) }
      : {
          response: {
            status: answer.response.status,
            headers: showHeaders(answer.response.headers, clean),
            body: showBody(answer.response.body, clean),
          },
        }),
    durationMs,
  }
}

/** The result without secrets in its words, which are shortened. */
export function cleanResult(result: CaseResult, tokens: ReadonlySet<string>): CaseResult {
  const clean = (text: string) => shorten(withoutSecrets(text, tokens))
  const failures = result.failures.map((failure) => ({
    ...failure,
    message: clean(failure.message),
  }))
  const { skipReason } = result
  return { ...result, failures, ...(skipReason !== undefined && { skipReason: clean(skipReason) }) }
}

/** The text without access tokens and tokens of upload sessions, known or told by their place. */
export function withoutSecrets(text: string, tokens: ReadonlySet<string>): string {
  let clean = text
  for (const secret of [TOKEN_IN_ADDRESS, TOKEN_IN_ESCAPED_ADDRESS, SECRET_IN_JSON]) {
    clean = clean.replaceAll(secret, `$1${HIDDEN}`)
  }
  for (const token of tokens) {
    if (token === '') continue
    for (const form of [token, encodeURIComponent(token), encodeToken(token)]) {
      clean = clean.replaceAll(form, HIDDEN)
    }
  }
  return clean
}

function showHeaders(
  headers: readonly HeaderLine[],
  clean: (text: string) => string,
): readonly HeaderLine[] {
  return headers.map(([name, value]) => [
    name,
    SECRET_HEADERS.includes(name.toLowerCase()) ? HIDDEN : clean(value),
  ])
}

function showBody(body: Uint8Array | undefined, clean: (text: string) => string): string {
  if (!body || body.length === 0) return ''
  const text = textOf(body) ?? framesText(body) ?? `(${body.length} bytes)`
  // Cut after cleaning: half a token would not be found.
  return shorten(clean(text))
}

function shorten(text: string): string {
  return text.length <= SHOWN_TEXT_MAX_CHARS
    ? text
    : `${text.slice(0, SHOWN_TEXT_MAX_CHARS)}${HIDDEN}`
}

function textOf(body: Uint8Array): string | undefined {
  try {
    const beginning = body.subarray(0, SHOWN_BODY_DECODED_BYTES)
    // With `stream`, a character that is cut at the end is no error.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true })
    return CONTROL.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
