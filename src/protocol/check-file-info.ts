import {
  CHECK_FILE_INFO_PROPERTIES,
  type FileFacts,
  type PropertyKind,
} from './check-file-info-properties.ts'

/** A body of CheckFileInfo's answer, or of CheckContainerInfo's. */
export type InfoProperties = Record<string, unknown>

/**
 * The body of CheckFileInfo's answer: what of the table can be derived. What is undefined is left
 * out, which clients take as the default (page "CheckFileInfo": omit instead of null).
 */
export function checkFileInfoProperties(facts: FileFacts): InfoProperties {
  const properties: InfoProperties = {}
  for (const [name, { derive }] of TABLE) {
    const value = derive?.(facts)
    if (value !== undefined) properties[name] = value
  }
  return properties
}

/**
 * Checks properties of the application: with a value of the wrong type clients refuse the file
 * without a reason. Accepts unknown names, because other clients than Microsoft's have more of
 * them.
 *
 * @throws TypeError naming the property and the type that it must have
 */
export function checkPropertyTypes(properties: Readonly<InfoProperties>): void {
  for (const [name, value] of Object.entries(properties)) {
    const kind = CHECK_FILE_INFO_PROPERTIES[name]?.kind
    if (value !== undefined && kind && !isOfKind(value, kind))
      throw new TypeError(`${name} must be ${described(kind)}, not ${JSON.stringify(value)}`)
  }
}

const TABLE = Object.entries(CHECK_FILE_INFO_PROPERTIES)
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/

function isOfKind(value: unknown, kind: PropertyKind): boolean {
  if (typeof kind === 'object') return isOneOf(value, kind)
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'time':
      return typeof value === 'string' && TIME.test(value)
    case 'url':
      return typeof value === 'string' && URL.canParse(value)
    case 'origin':
      return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'settings':
      return isSettings(value)
    case 'string':
      return typeof value === 'string'
  }
}

function isSettings(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { uri, stamp } = value as { uri?: unknown; stamp?: unknown }
  return typeof uri === 'string' && URL.canParse(uri) && typeof stamp === 'string'
}

function isOneOf(value: unknown, { oneOf, some }: { oneOf?: string[]; some?: string[] }): boolean {
  if (oneOf) return typeof value === 'string' && oneOf.includes(value)
  return Array.isArray(value) && value.every((item) => some?.includes(item))
}

function described(kind: PropertyKind): string {
  if (typeof kind === 'object')
    return kind.oneOf ? `one of ${kind.oneOf.join(', ')}` : `a list of ${kind.some?.join(', ')}`
  const words = {
    boolean: 'true or false',
    integer: 'a whole number',
    time: 'a time such as 2009-06-15T13:45:30.0000000Z',
    url: 'an absolute URL',
    origin: 'an origin such as https://docs.example.com',
    strings: 'a list of texts',
    object: 'a JSON object',
    settings: 'an object of an absolute URL and a text: { uri, stamp }',
    string: 'a text',
  }
  return words[kind]
}
