import type { Failure, ShownExchange } from '../report.ts'

/** What moves a cursor, turns the direction of writing, or cannot be in an XML document. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029\ufffe\uffff]/gu

/**
 * A text of a host made safe to show: it cannot move a terminal's cursor or spoil a document. Line
 * feeds and tabs stay.
 */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : codeOf(char)))
}

function codeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The same on one line. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s*\n\s*/g, ' ')
}

/** What was expected, what came, and the rule behind it. */
export function failureText({ message, clause }: Failure): string {
  const rule = clause ? `\npage "${clause.page}": ${clause.rule}` : ''
  return visible(`${message}${rule}`)
}

/** A request and its answer, as they went over the wire. */
export function exchangeText(exchange: ShownExchange): string {
  return visible(`${requestText(exchange)}\n\n${answerText(exchange)}`)
}

export function requestText({ method, url, requestHeaders, requestBody }: ShownExchange): string {
  return message(`${method} ${url}`, requestHeaders, requestBody)
}

export function answerText({ response, error }: ShownExchange): string {
  if (!response) return `no answer: ${error ?? 'unknown reason'}`
  return message(String(response.status), response.headers, response.body)
}

function message(
  firstLine: string,
  headers: readonly (readonly [name: string, value: string])[],
  body: string,
): string {
  const lines = [firstLine, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return (body === '' ? lines : [...lines, '', body]).join('\n')
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}
