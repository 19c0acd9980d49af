import { WopiError } from './errors.ts'
import { checkName, legalName } from './file-name.ts'
import type { HeaderReader } from './headers.ts'
import { HEADERS } from './names.ts'
import { decodeUtf7, encodeUtf7 } from './utf7.ts'

/** The name that a client wants for a new file or container. */
export type TargetName =
  /** The host makes a name of it that is legal and free; an extension alone begins with its dot. */
  | { kind: 'suggested'; text: string }
  /** This name, which is legal, or none. */
  | { kind: 'exact'; name: string; overwrite: boolean }

const UNREADABLE = 'The name is neither valid UTF-7 nor UTF-8'

/** What an operation creates. */
export type NamedKind = 'file' | 'container'

/**
 * The name of what is to be created (pages "PutRelativeFile", "CreateChildFile",
 * "CreateChildContainer"). A suggestion is never refused.
 *
 * @throws WopiError NOT_SUPPORTED when both kinds of names are there, HEADER_MISSING when none is,
 *   NAME_INVALID when an exact name is not allowed
 */
export function readTargetName(header: HeaderReader, kind: NamedKind): TargetName {
  const suggested = header(HEADERS.suggestedTarget)
  const relative = header(HEADERS.relativeTarget)
  if (suggested !== undefined && relative !== undefined)
    throw new WopiError('NOT_SUPPORTED', {
      detail: `${HEADERS.suggestedTarget} and ${HEADERS.relativeTarget} exclude each other`,
    })
  if (suggested !== undefined)
    return { kind: 'suggested', text: decodeUtf7(suggested) ?? suggested }
  if (relative === undefined)
    throw new WopiError('HEADER_MISSING', {
      detail: `${HEADERS.suggestedTarget} and ${HEADERS.relativeTarget} are missing or empty`,
    })
  const overwrite = header(HEADERS.overwriteRelativeTarget)?.trim().toLowerCase() === 'true'
  return { kind: 'exact', name: readName(relative, kind), overwrite }
}

/**
 * The name that RenameContainer asks for.
 *
 * @throws WopiError HEADER_MISSING, NAME_INVALID
 */
export function readRequestedContainerName(header: HeaderReader): string {
  return readName(readRequested(header), 'container')
}

/**
 * The name that RenameFile asks for, without its extension; it need not be a legal one.
 *
 * @throws WopiError HEADER_MISSING, NAME_INVALID when it cannot be read
 */
export function readRequestedFileName(header: HeaderReader): string {
  const encoded = readRequested(header)
  const name = decodeUtf7(encoded)
  if (name === undefined) throw invalidName(UNREADABLE, 'file', encoded)
  return name
}

function readRequested(header: HeaderReader): string {
  const encoded = header(HEADERS.requestedName)
  if (encoded !== undefined) return encoded
  throw new WopiError('HEADER_MISSING', {
    detail: `${HEADERS.requestedName} is missing or empty`,
  })
}

function readName(encoded: string, kind: NamedKind): string {
  const name = decodeUtf7(encoded)
  if (name === undefined) throw invalidName(UNREADABLE, kind, encoded)
  const reason = checkName(name)
  if (reason !== undefined) throw invalidName(reason, kind, name)
  return name
}

function invalidName(reason: string, kind: NamedKind, name: string): WopiError {
  const explained =
    kind === 'file' ? HEADERS.invalidFileNameError : HEADERS.invalidContainerNameError
  return new WopiError('NAME_INVALID', {
    detail: reason,
    headers: {
      [explained]: reason,
      [HEADERS.validRelativeTarget]: encodeUtf7(legalName(name, `New ${kind}`)),
    },
  })
}
