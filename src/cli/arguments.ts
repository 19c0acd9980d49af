import { ServerError } from '../server/errors.ts'
import type { Permission } from '../server/open-admin.ts'
import { parseDuration } from '../server/setting-types.ts'

const FILE_ID = /^[A-Za-z0-9_-]{1,128}$/
const USER_ID = /^[A-Za-z0-9]{1,128}$/
const NAME_MAX_CHARS = 250
const TTL_MAX_MS = 366 * 24 * 60 * 60 * 1000
/** Characters that native clients cannot have in names (page "CheckFileInfo"). */
const FORBIDDEN_IN_NAMES = '\\/:*?"<>|#{}^[]`%'

/** @throws ServerError ARGUMENT_INVALID */
export function readFileId(text: string): string {
  if (FILE_ID.test(text)) return text
  throw invalid(`a fileId is 1 to 128 letters, digits, _ or -, not ${show(text)}`)
}

/** @throws ServerError ARGUMENT_INVALID */
export function readUserId(text: string, what: string): string {
  if (USER_ID.test(text)) return text
  throw invalid(`${what} is 1 to 128 letters and digits, not ${show(text)}`)
}

/**
 * Checks the name of a document, with extension.
 *
 * @throws ServerError ARGUMENT_INVALID
 */
export function readDocumentName(text: string): string {
  const name = text.normalize('NFC')
  const forbidden = [...name].find((char) => FORBIDDEN_IN_NAMES.includes(char) || char < ' ')
  if (forbidden !== undefined)
    throw invalid(
      `Office cannot open documents with ${show(forbidden)} in their name: ${show(name)}`,
      {
        fix: `Give another name with --name; none of ${FORBIDDEN_IN_NAMES} may be in it.`,
      },
    )
  if (name === '' || name.startsWith('.') || name.length > NAME_MAX_CHARS || !name.includes('.'))
    throw invalid(
      `a document's name has an extension, no dot in front and at most ${NAME_MAX_CHARS} characters, not ${show(name)}`,
      { fix: 'Give another name with --name, such as --name "Report.docx".' },
    )
  return name
}

/** @throws ServerError ARGUMENT_INVALID */
export function readDisplayName(text: string): string {
  if (text.trim() !== '' && text.length <= NAME_MAX_CHARS) return text.trim()
  throw invalid(`a user's name has 1 to ${NAME_MAX_CHARS} characters`)
}

/** @throws ServerError ARGUMENT_INVALID */
export function readPermission(text: string): Permission {
  if (text === 'read' || text === 'write') return text
  throw invalid(`--permission is read or write, not ${show(text)}`)
}

/**
 * Reads how long a token is valid, in ms.
 *
 * @throws ServerError ARGUMENT_INVALID
 */
export function readTtl(text: string): number {
  const ttlMs = parseDuration(text)
  if (ttlMs !== undefined && ttlMs >= 1000 && ttlMs <= TTL_MAX_MS) return ttlMs
  throw invalid(`--ttl is a duration from 1s to 366d, such as 10h, not ${show(text)}`)
}

function invalid(detail: string, options: { fix?: string } = {}): ServerError {
  return new ServerError('ARGUMENT_INVALID', detail, options)
}

function show(text: string): string {
  return JSON.stringify(text)
}
