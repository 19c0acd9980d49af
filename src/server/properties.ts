import { readFile, stat } from 'node:fs/promises'
import type { ExtraProperties } from '../host/core.ts'
import { checkPropertyTypes, type InfoProperties } from '../protocol/check-file-info.ts'
import { asExtension, extensionOf } from '../protocol/file-name.ts'
import type { Config } from './config.ts'
import { ServerError } from './errors.ts'

const FILE_MAX_BYTES = 1024 * 1024
/** Stands for documents of every extension. */
const EVERY = '*'

/** Properties by extension, in lower case with the dot, or for every document. */
type ByExtension = ReadonlyMap<string, InfoProperties>

/**
 * What the settings add to the replies of CheckFileInfo: PostMessageOrigin, and the file of properties
 * by extension, such as `{ "*": { "CloseUrl": "https://…" }, ".docx": { … } }`. The extension's own go
 * before those of `*`, and `null` takes one away.
 *
 * @throws ServerError PROPERTIES_UNUSABLE when the file cannot be read, is no such JSON, or has a
 *   property of the wrong type
 */
export async function openProperties({
  properties: path,
  postMessageOrigin,
}: Pick<Config, 'properties' | 'postMessageOrigin'>): Promise<ExtraProperties | undefined> {
  const origin = postMessageOrigin ? { PostMessageOrigin: postMessageOrigin } : {}
  const byExtension = path === '' ? new Map() : await readProperties(path)
  if (byExtension.size === 0 && !postMessageOrigin) return undefined
  return ({ fileId, name }) =>
    fileId === undefined ? {} : { ...origin, ...propertiesOf(byExtension, name) }
}

function propertiesOf(byExtension: ByExtension, name: string): InfoProperties {
  return { ...byExtension.get(EVERY), ...byExtension.get(extensionOf(name)) }
}

async function readProperties(path: string): Promise<ByExtension> {
  try {
    const { size } = await stat(path)
    if (size > FILE_MAX_BYTES) throw new Error(`it has more than ${FILE_MAX_BYTES} bytes`)
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isObject(json)) throw new Error('it is no JSON object')
    return new Map(Object.entries(json).map(([key, properties]) => entryOf(key, properties)))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError('PROPERTIES_UNUSABLE', `${path} (${reason})`, { cause })
  }
}

function entryOf(key: string, value: unknown): [string, InfoProperties] {
  if (!isObject(value)) throw new Error(`${key} must have a JSON object of properties`)
  const named = Object.entries(value).map(([name, one]) => [name, one === null ? undefined : one])
  const properties: InfoProperties = Object.fromEntries(named)
  try {
    checkPropertyTypes(properties)
  } catch (error) {
    throw new Error(`${key}: ${(error as Error).message}`)
  }
  return [key === EVERY ? EVERY : asExtension(key), properties]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
