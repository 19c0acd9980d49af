import { LAX_JSON_MAX_DEPTH } from '../limits.ts'

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const WORD = /[A-Za-z_$][\w$]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y
const ESCAPE = /\\(u[\da-fA-F]{4}|[\s\S])/g
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const WORDS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Parses JSON as Microsoft's validator writes it: names may stand without quotes, texts in single
 * quotes, and there may be comments and a comma behind the last entry.
 *
 * @throws SyntaxError that names the position
 */
export function parseLaxJson(text: string): unknown {
  let at = text.startsWith('\uFEFF') ? 1 : 0
  let depth = 0

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }

  function takeSign(sign: string): boolean {
    take(SPACE)
    if (text[at] !== sign) return false
    at += 1
    return true
  }

  function expectSign(sign: string): void {
    if (!takeSign(sign)) throw new SyntaxError(`Expected "${sign}" at character ${at}`)
  }

  function entries(end: string, readEntry: () => void): void {
    depth += 1
    if (depth > LAX_JSON_MAX_DEPTH) throw new SyntaxError(`Nested too deeply at character ${at}`)
    while (!takeSign(end)) {
      readEntry()
      if (takeSign(',')) continue
      expectSign(end)
      break
    }
    depth -= 1
  }

  function value(): unknown {
    if (takeSign('{')) return object()
    if (takeSign('[')) return array()
    const string = take(STRING)
    if (string !== undefined) return unquote(string)
    const number = take(NUMBER)
    if (number !== undefined) return Number(number)
    const word = take(WORD)
    if (word === undefined || !WORDS.has(word)) {
      throw new SyntaxError(`Expected a value before character ${at}`)
    }
    return WORDS.get(word)
  }

  function object(): Record<string, unknown> {
    const members: [string, unknown][] = []
    entries('}', () => {
      take(SPACE)
      const quoted = take(STRING)
      const name = quoted === undefined ? take(WORD) : unquote(quoted)
      if (name === undefined) throw new SyntaxError(`Expected a name at character ${at}`)
      expectSign(':')
      members.push([name, value()])
    })
    return Object.fromEntries(members)
  }

  function array(): unknown[] {
    const items: unknown[] = []
    entries(']', () => items.push(value()))
    return items
  }

  const result = value()
  take(SPACE)
  if (at < text.length) throw new SyntaxError(`Expected the end at character ${at}`)
  return result
}

function unquote(literal: string): string {
  return literal.slice(1, -1).replaceAll(ESCAPE, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return ESCAPES[code] ?? code
  })
}
