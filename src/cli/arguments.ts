import { checkName, extensionOf } from '../protocol/file-name.ts'
import { isUserId, USER_ID_MAX_BYTES } from '../protocol/user-ids.ts'
import { ServerError } from '../server/errors.ts'
import { PERMISSIONS, type Permission } from '../server/open-admin.ts'
import { parseDuration } from '../server/setting-types.ts'

const ID = /^[A-Za-z0-9_-]{1,128}$/
const NAME_MAX_CHARS = 250
const TTL_MAX_MS = 366 * 24 * 60 * 60 * 1000
/** Characters that native clients cannot handle in names (page "CheckFileInfo"). */
const FORBIDDEN_IN_NAMES = '\\/:*?"<>|#{}^[]`%'

/**
 * @param what `fileId` or `containerId`
 * @throws ServerError ARGUMENT_INVALID
 */
export function readId(text: string, what: string): string {
  if (ID.test(text)) return text
  throw invalid(`a ${what} must be 1 to 128 letters, digits, _ or -, not ${show(text)}`)
}

/** @throws ServerError ARGUMENT_INVALID */
export function readUserId(text: string, what: string): string {
  if (isUserId(text)) return text
  throw invalid(
    `${what} must have 1 to ${USER_ID_MAX_BYTES} bytes and no control characters, not ${show(text)}`,
  )
}

/**
 * Checks the name of a document, with extension.
 *
 * @throws ServerError ARGUMENT_INVALID
 */
export function readDocumentName(text: string): string {
  const name = text.normalize('NFC')
  const problem =
    checkName(name) ?? (extensionOf(name) === '' ? "A document's name has no extension" : undefined)
  if (problem === undefined) return name
  throw invalid(`${problem}: ${show(name)}`, {
    fix: `Choose another name with --name, such as "Report.docx", without any of ${FORBIDDEN_IN_NAMES}`,
  })
}

/** @throws ServerError ARGUMENT_INVALID */
export function readDisplayName(text: string): string {
  if (text.trim() !== '' && text.length <= NAME_MAX_CHARS) return text.trim()
  throw invalid(`a user's name must have 1 to ${NAME_MAX_CHARS} characters`)
}

/**
 * Reads a list of permissions; it always includes `read`.
 *
 * @throws ServerError ARGUMENT_INVALID
 */
export function readPermissions(text: string): ReadonlySet<Permission> {
  if (text === 'all') return new Set(PERMISSIONS)
  const named = text.split(',').map((part) => part.trim())
  const known = PERMISSIONS.filter((permission) => named.includes(permission))
  if (named.every((name) => known.some((permission) => permission === name)))
    return new Set(['read', ...known])
  throw invalid(
    `--permission must be all, or a list of ${PERMISSIONS.join(', ')}, such as read,write, not ${show(text)}`,
  )
}

/**
 * Reads how long a token is valid, in ms.
 *
 * @throws ServerError ARGUMENT_INVALID
 */
export function readTtl(text: string): number {
  const ttlMs = parseDuration(text)
  if (ttlMs !== undefined && ttlMs >= 1000 && ttlMs <= TTL_MAX_MS) return ttlMs
  throw invalid(`--ttl must be a duration from 1s to 366d, such as 10h, not ${show(text)}`)
}

function invalid(detail: string, options: { fix?: string } = {}): ServerError {
  return new ServerError('ARGUMENT_INVALID', detail, options)
}

function show(text: string): string {
  return JSON.stringify(text)
}
