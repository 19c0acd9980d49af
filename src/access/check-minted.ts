import type { Permission, Resource } from '../ports/access.ts'

/** A token to make. Without a file or container it is for the host's ecosystem. */
export interface MintedToken extends Resource {
  /** Any text of 1 to 150 bytes without control characters. */
  userId: string
  displayName: string
  /** At least one. */
  permissions: Iterable<Permission>
  /** How long the token is valid, in ms; at least a second. */
  ttlMs: number
}

export const PERMISSIONS = [
  'read',
  'write',
  'create',
  'rename',
  'delete',
  'browse',
] as const satisfies readonly Permission[]

const KEY_MIN_BYTES = 32
/** JWT counts in seconds: a shorter token would end before it begins. */
const TTL_MIN_MS = 1000
/** Longer than any sensible lifetime; beyond it, the date would be invalid. */
const TTL_MAX_MS = 100 * 366 * 24 * 60 * 60 * 1000

/** @throws TypeError when a key is too short to be safe */
export function checkKey(key: unknown): void {
  if (!(key instanceof Uint8Array))
    throw new TypeError(`key must be a Uint8Array of at least ${KEY_MIN_BYTES} random bytes`)
  if (key.length < KEY_MIN_BYTES)
    throw new TypeError(
      `key must have at least ${KEY_MIN_BYTES} random bytes, not ${key.length}: ` +
        `use randomBytes(${KEY_MIN_BYTES}), and keep it`,
    )
}

/**
 * Checks the wanted token, also for callers in plain JavaScript: a misspelt field would make a
 * token for something else, or one that opens nothing.
 *
 * @throws TypeError that names the field and what was expected
 */
export function checkMinted(token: MintedToken): void {
  const { userId, displayName, permissions, ttlMs, fileId, containerId, ...unknown } = token
  const [misspelt] = Object.keys(unknown)
  if (misspelt !== undefined)
    throw new TypeError(
      `A token has userId, displayName, permissions, ttlMs and fileId or containerId, not ${misspelt}`,
    )
  checkSubject(token)
  checkText(userId, 'userId')
  checkText(displayName, 'displayName')
  checkPermissions(permissions)
  if (!(typeof ttlMs === 'number' && ttlMs >= TTL_MIN_MS && ttlMs <= TTL_MAX_MS))
    throw new TypeError(
      `ttlMs must be how long the token lives, in ms and at least ${TTL_MIN_MS}, not ${show(ttlMs)}`,
    )
}

/**
 * Checks whose tokens, and for what, something is about.
 *
 * @throws TypeError when an id is no text, or there are two resources
 */
export function checkSubject({
  userId,
  fileId,
  containerId,
}: Resource & { userId?: string }): void {
  if (fileId !== undefined && containerId !== undefined)
    throw new TypeError('A token is for a fileId or a containerId, not for both')
  for (const [name, id] of Object.entries({ userId, fileId, containerId }))
    if (id !== undefined) checkText(id, name)
}

function checkText(value: unknown, name: string): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${name} must be a text that is not empty, not ${show(value)}`)
}

function checkPermissions(permissions: unknown): void {
  const expected = `permissions must be a list of ${PERMISSIONS.join(', ')}`
  if (typeof permissions !== 'object' || permissions === null || !(Symbol.iterator in permissions))
    throw new TypeError(`${expected}, not ${show(permissions)}`)
  const given = [...(permissions as Iterable<unknown>)]
  if (given.length === 0) throw new TypeError(`${expected}, and at least one of them`)
  for (const permission of given)
    if (!PERMISSIONS.some((known) => known === permission))
      throw new TypeError(`${expected}, not ${show(permission)}`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
