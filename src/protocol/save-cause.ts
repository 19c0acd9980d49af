import type { HeaderReader } from './headers.ts'
import { HEADERS } from './names.ts'
import { originalUserId } from './user-ids.ts'

/** Most editors of one save that are kept. */
const EDITORS_MAX = 100
const EDITOR_MAX_CHARS = 256
const EXTENDED_DATA_MAX_CHARS = 4096

/** What a client says of a save. What it does not say is left out. */
export interface SaveCause {
  /** Ids of the users who have worked on what is saved; only to be believed where it is `proven`. */
  editors?: readonly string[]
  /** Whether the request carried a valid proof of the client's key. */
  proven?: boolean
  /** Whether the client saves by itself, not at the wish of a user. */
  isAutosave?: boolean
  /** Whether it is the last save before the client closes the document. */
  isExitSave?: boolean
  /** Whether users have changed something, and not the client alone. */
  isModifiedByUser?: boolean
  /** What the page around the editor has sent along with Action_Save. */
  extendedData?: string
}

/**
 * What the headers of a save say of it: X-WOPI-Editors, and those of Collabora and ONLYOFFICE. What
 * makes no sense is left out, because no save is to fail of it.
 *
 * @returns `undefined` when they say nothing
 */
export function readSaveCause(header: HeaderReader, proven: boolean): SaveCause | undefined {
  const said: SaveCause = {
    ...some('editors', readEditors(header)),
    ...some('isAutosave', readBoolean(header, 'IsAutosave')),
    ...some('isExitSave', readBoolean(header, 'IsExitSave')),
    ...some('isModifiedByUser', readBoolean(header, 'IsModifiedByUser')),
    ...some('extendedData', readEditorHeader(header, 'ExtendedData')),
  }
  if (Object.keys(said).length === 0) return undefined
  return proven ? { ...said, proven } : said
}

function some<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [_ in Name]?: Value }
}

function readEditors(header: HeaderReader): string[] | undefined {
  const named = (header(HEADERS.editors) ?? '').split(',').map((part) => part.trim())
  const editors = new Set(named.filter((id) => id !== '' && id.length <= EDITOR_MAX_CHARS))
  return editors.size === 0
    ? undefined
    : [...editors].slice(0, EDITORS_MAX).map((id) => originalUserId(id))
}

function readBoolean(header: HeaderReader, name: string): boolean | undefined {
  const text = readEditorHeader(header, name)?.toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : undefined
}

/** By today's name, and by that of older clients and of ONLYOFFICE. */
function readEditorHeader(header: HeaderReader, name: string): string | undefined {
  const text = (header(`X-COOL-WOPI-${name}`) ?? header(`X-LOOL-WOPI-${name}`))?.trim()
  return text === '' ? undefined : text?.slice(0, EXTENDED_DATA_MAX_CHARS).toWellFormed()
}
