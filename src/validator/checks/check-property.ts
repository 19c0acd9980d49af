import type { JsonProperty } from '../cases/validator.ts'
import { valueAt } from '../json/json-path.ts'
import { parseLaxJson } from '../json/lax-json.ts'
import { NEAR_NOW_MS } from '../limits.ts'
import { tokenOf } from '../requests/addresses.ts'
import type { CheckContext, Problem } from './check-context.ts'

type Property<Type> = Extract<JsonProperty, { type: Type }>

/**
 * What is wrong with a property of a JSON body; `undefined` when nothing is.
 *
 * @throws CaseError when a pattern takes too long
 */
export function checkProperty(
  json: unknown,
  property: JsonProperty,
  context: CheckContext,
): Problem | undefined {
  const value = valueAt(json, property.name)
  const fault = faultOf(value, property, context)
  if (fault === undefined) return undefined
  const name = property.name || 'The JSON'
  return { message: `${name} ${fault}`, lack: lackOf(value, property) }
}

/** In words for a prerequisite: what the answer would have to say. */
function lackOf(value: unknown, property: JsonProperty): string {
  const { name, type } = property
  if (type === 'boolean' && typeof property.expected === 'boolean') {
    return property.expected ? `does not say ${name} = true` : `says ${name} = true`
  }
  if (type === 'string' && typeof property.expected === 'string') {
    return `does not say ${name} = "${property.expected}"`
  }
  if (type === 'string' && property.endsWith)
    return `has no ${name} that ends with ${property.endsWith}`
  if (type === 'array' && property.contains) return `has no ${name} with "${property.contains}"`
  return isEmpty(value) ? `has no ${name}` : `has no usable ${name}`
}

function faultOf(
  value: unknown,
  property: JsonProperty,
  context: CheckContext,
): string | undefined {
  switch (property.type) {
    case 'absent':
      return value === undefined ? undefined : `must be absent, but it is ${shown(value)}`
    case 'body':
      return bodyFault(value, property)
    case 'arrayLength':
      return arrayLengthFault(value, property)
    case 'regex':
      return regexFault(value, property, context)
    default:
      if (isEmpty(value)) return property.required ? 'is missing' : undefined
      return valueFault(value, property, context)
  }
}

function valueFault(
  value: unknown,
  property: Property<'boolean' | 'integer' | 'long' | 'string' | 'absoluteUrl' | 'array'>,
  context: CheckContext,
): string | undefined {
  switch (property.type) {
    case 'boolean':
      return comparedFault(
        value,
        booleanOf,
        expectedOf(property.expected, context),
        'true or false',
      )
    case 'integer':
    case 'long':
      return numberFault(value, property, context)
    case 'string':
      return stringFault(value, property, context)
    case 'absoluteUrl':
      return urlFault(value, property, context)
    case 'array':
      return arrayFault(value, property)
  }
}

/** The saved value in the place of its name; `undefined` when nothing is expected. */
function expectedOf(expected: unknown, { state }: CheckContext): unknown {
  if (typeof expected !== 'object' || expected === null) return expected
  return state.get((expected as { state: string }).state) || undefined
}

/** Like Microsoft's validator it accepts the text of a value for the value. */
function comparedFault(
  value: unknown,
  read: (value: unknown) => unknown,
  expected: unknown,
  kind: string,
): string | undefined {
  if (expected === undefined) return undefined
  const actual = read(value)
  if (actual === undefined) return `is ${shown(value)}, expected ${kind}`
  return actual === read(expected) ? undefined : `is ${shown(value)}, expected ${shown(expected)}`
}

function numberFault(
  value: unknown,
  { expected, nearNow }: Property<'integer' | 'long'>,
  context: CheckContext,
): string | undefined {
  if (nearNow) {
    const time = integerOf(value)
    if (time === undefined || Math.abs(time - context.now()) > NEAR_NOW_MS) {
      return `is ${shown(value)}, expected a time in ms since 1970, within ten years of now`
    }
  }
  return comparedFault(value, integerOf, expectedOf(expected, context), 'a whole number')
}

function stringFault(
  value: unknown,
  { expected, differsFrom, endsWith, ignoreCase }: Property<'string'>,
  context: CheckContext,
): string | undefined {
  const fold = (text: unknown) => {
    const string = stringOf(text)
    return ignoreCase ? string?.toLowerCase() : string
  }
  const fault = comparedFault(value, fold, expectedOf(expected, context), 'a text')
  if (fault !== undefined) return fault
  const other = expectedOf(differsFrom, context)
  if (other !== undefined && fold(value) === fold(other))
    return `is ${shown(value)} again, expected another value`
  if (!endsWith) return undefined
  if (fold(value)?.endsWith(fold(endsWith) as string)) return undefined
  return `is ${shown(value)}, expected it to end with "${endsWith}"`
}

function urlFault(
  value: unknown,
  { mustIncludeAccessToken, expected }: Property<'absoluteUrl'>,
  context: CheckContext,
): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) {
    return `is ${shown(value)}, expected an absolute URL`
  }
  if (mustIncludeAccessToken && tokenOf(value) === undefined) {
    return `is ${shown(value)}, expected an access_token in its query`
  }
  return comparedFault(value, stringOf, expectedOf(expected, context), 'a text')
}

function arrayFault(value: unknown, { contains }: Property<'array'>): string | undefined {
  if (contains === undefined) return undefined
  const wanted = contains.toLowerCase()
  const found =
    Array.isArray(value) && value.some((item) => stringOf(item)?.toLowerCase() === wanted)
  return found ? undefined : `is ${shown(value)}, expected it to contain "${contains}"`
}

function arrayLengthFault(
  value: unknown,
  { required, expected }: Property<'arrayLength'>,
): string | undefined {
  if (!Array.isArray(value)) {
    return required ? `is ${shown(value)}, expected an array of ${expected}` : undefined
  }
  return value.length === expected ? undefined : `has ${value.length} entries, expected ${expected}`
}

/** An empty text never passes, whatever the pattern. */
function regexFault(
  value: unknown,
  { required, pattern, shouldMatch = true }: Property<'regex'>,
  { withinTime }: CheckContext,
): string | undefined {
  if (value === undefined && !required) return undefined
  const text = stringOf(value)
  if (!text) return `is ${shown(value)}, expected a text`
  const matches = withinTime(() => new RegExp(pattern).test(text))
  if (matches === shouldMatch) return undefined
  return `is ${shown(value)}, expected it ${shouldMatch ? '' : 'not '}to match ${pattern}`
}

/** Rows are compared in any order; a member that is `*` in one expected row is not compared. */
function bodyFault(value: unknown, { required, expected }: Property<'body'>): string | undefined {
  if (value === undefined) return required ? 'is missing' : undefined
  const wanted = parseLaxJson(expected)
  const ignored = ignoredMembers(wanted)
  const [left, right] = [canonical(value, ignored), canonical(wanted, ignored)]
  return left === right ? undefined : `is ${left}, expected ${right}`
}

function ignoredMembers(json: unknown): Set<string> {
  const ignored = new Set<string>()
  for (const row of [json].flat()) {
    if (typeof row !== 'object' || row === null) continue
    for (const [name, value] of Object.entries(row)) if (value === '*') ignored.add(name)
  }
  return ignored
}

/** The same text for what counts as the same. */
function canonical(json: unknown, ignored: ReadonlySet<string>): string {
  if (Array.isArray(json)) {
    return `[${json
      .map((item) => canonical(item, ignored))
      .sort()
      .join(',')}]`
  }
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  const members = Object.entries(json).toSorted(([left], [right]) => (left < right ? -1 : 1))
  const texts = members.map(([name, value]) => {
    const text = ignored.has(name) ? '"*"' : canonical(value, ignored)
    return `${JSON.stringify(name)}:${text}`
  })
  return `{${texts.join(',')}}`
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const text = String(value).trim().toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}

function stringOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value)
}
