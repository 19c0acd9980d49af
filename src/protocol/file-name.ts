import { FILE_NAME_MAX_CHARS } from './names.ts'

/** Longest name with its extension, in UTF-16 units: what file systems and clients take. */
const NAME_MAX_CHARS = 255
/**
 * Characters that desktop clients do not allow in a name, and invisible ones: characters that
 * change the direction of writing could disguise an extension.
 */
const FORBIDDEN = /[\\/:*?"<>|#{}^[\]`%\p{Cc}\u2028-\u202e\u2066-\u2069]/gu
/** Names of devices, which Windows does not allow for files. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
const EXTENSION_MAX_CHARS = 32
/** The last fallback, when no legal character is left of name and fallback. */
const LAST_FALLBACK = 'Document'

/** A name in its two parts. */
export interface SplitName {
  stem: string
  /** With its dot, or `''`. */
  extension: string
}

/** Splits a name before its last dot; a name that begins with its only dot has no extension. */
export function splitName(name: string): SplitName {
  const dot = name.lastIndexOf('.')
  if (dot <= 0 || name.length - dot > EXTENSION_MAX_CHARS) return { stem: name, extension: '' }
  return { stem: name.slice(0, dot), extension: name.slice(dot) }
}

/** The extension of a file name, in lower case with its dot, or `''`. */
export function extensionOf(name: string): string {
  return splitName(name).extension.toLowerCase()
}

/** An extension as it is compared: in lower case with its dot, or `''`, however it was written. */
export function asExtension(text: string): string {
  const name = text.trim().replace(/^\.+/, '').toLowerCase()
  return name === '' ? '' : `.${name}`
}

/**
 * Tells why a name is not allowed, or `undefined` when it is (page "CheckFileInfo": requirements on
 * BaseFileName; those of desktop clients are stricter and count for all).
 */
export function checkName(name: string): string | undefined {
  if (name === '') return 'The name is empty'
  if (name.search(FORBIDDEN) >= 0) return 'The name has a character that is not allowed'
  if (!name.isWellFormed()) return 'The name has half of a surrogate pair'
  if (name.startsWith('.')) return 'The name starts with a dot'
  if (/^\s|[\s.]$/.test(name)) return 'The name starts with a space, or ends in a space or a dot'
  if (DEVICE.test(name)) return 'The name is reserved for a device on Windows'
  if (isTooLong(name)) return `The name is longer than ${FILE_NAME_MAX_CHARS} characters`
  return undefined
}

/**
 * The allowed name that is nearest to what was suggested. The extension is kept.
 *
 * @param fallback the name when no legal character is left; it need not be legal itself
 */
export function legalName(suggested: string, fallback: string): string {
  const { stem, extension } = splitName(cleaned(suggested))
  const named = trimTail(stem) || cleaned(fallback) || LAST_FALLBACK
  return fit(DEVICE.test(named) ? `_${named}` : named, '', extension)
}

function cleaned(text: string): string {
  const written = text.toWellFormed().normalize('NFC').replace(FORBIDDEN, '-')
  return trimTail(written.replace(/^[\s.]+/, ''))
}

/**
 * The name that X-WOPI-SuggestedTarget means: one that begins with a dot is only an extension, for
 * the name of the file that the request is about (page "PutRelativeFile").
 *
 * @param stem the name of that file without its extension
 */
export function suggestedName(suggested: string, stem: string): string {
  const text = suggested.trim()
  return text.startsWith('.') ? `${stem}${text}` : text
}

/** The name for the `number`th file of the same name: `report (2).docx`. It stays short enough. */
export function withNumber(name: string, number: number): string {
  const { stem, extension } = splitName(name)
  return fit(stem, ` (${number})`, extension)
}

/** The form in which names are compared: case and composition of characters do not count. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}

function fit(stem: string, suffix: string, extension: string): string {
  const room = Math.min(FILE_NAME_MAX_CHARS, NAME_MAX_CHARS - extension.length) - suffix.length
  return `${shortened(stem, room)}${suffix}${extension}`
}

/** Cuts a text without leaving half a character or a space at its end. */
function shortened(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const end = /[\ud800-\udbff]/.test(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars
  return trimTail(text.slice(0, end))
}

/** Takes spaces and dots off the end. A regular expression would try at each of them anew. */
function trimTail(text: string): string {
  let end = text.length
  while (end > 0 && /[\s.]/.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

function isTooLong(name: string): boolean {
  return name.length > NAME_MAX_CHARS || splitName(name).stem.length > FILE_NAME_MAX_CHARS
}
