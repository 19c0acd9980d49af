import { HEADERS } from '../../protocol/names.ts'
import type { Clause } from '../report.ts'
import type { Validator } from './validator.ts'

/** Titles of Microsoft's pages where they are not the operation's name. */
const PAGES: Readonly<Record<string, string>> = {
  GetFromFileUrl: 'CheckFileInfo',
  PutToFileUrl: 'CheckFileInfo',
}

const STATUS_RULES: Readonly<Record<number, string>> = {
  200: 'A request that can be fulfilled is answered 200.',
  400: 'A request whose headers are missing, contradict each other or have values out of range is answered 400.',
  401: 'An access token that is not valid is answered 401.',
  404: 'A resource that does not exist, or that the user may not see, is answered 404.',
  409: 'A lock that does not match, or a name that is taken, is answered 409.',
  412: 'A sequence number that is not the current one is answered 412.',
  500: 'A proof that is not valid is answered 500.',
  501: 'An operation that the host does not support is answered 501.',
}

const HEADER_RULES: Readonly<Record<string, string>> = {
  [HEADERS.lock]: 'X-WOPI-Lock is the lock that is held now, and empty when there is none.',
  [HEADERS.itemVersion]: 'X-WOPI-ItemVersion is the Version in CheckFileInfo.',
  [HEADERS.sequenceNumber]: 'Every new state of the file has a greater sequence number.',
  [HEADERS.coauthTableVersion]:
    'The version of the coauthoring table changes whenever the table does, and only then.',
  [HEADERS.conflictingMechanism]:
    'A conflict with another lock names its kind in X-WOPI-ConflictingMechanism.',
  [HEADERS.conflictingLockUsername]:
    'A conflict with a lock that is visible to users names its holder.',
}

const CHECK_RULES: Readonly<Record<Exclude<Validator['check'], 'status' | 'header'>, string>> = {
  lockMismatch: 'A lock that does not match is answered 409 with the lock held now in X-WOPI-Lock.',
  body: 'The bytes are those that were last written.',
  json: 'The response is JSON with the properties that the page lists.',
  schema: 'The response is JSON with the properties and types that the page lists.',
  frames: 'The response is a MessageJSON frame, the chunks, and an EndFrame.',
  or: 'The response is one of those that the page allows.',
  and: 'The response is as the page says.',
}

/** The rule of the documentation that an answer breaks when this check of it fails. */
export function clauseFor(operation: string, validator: Validator): Clause | undefined {
  const rule = ruleFor(validator)
  return rule === undefined ? undefined : { page: PAGES[operation] ?? operation, rule }
}

function ruleFor(validator: Validator): string | undefined {
  if (validator.check === 'status') return STATUS_RULES[[validator.expected].flat()[0] ?? 0]
  if (validator.check === 'header') return headerRule(validator.name)
  return CHECK_RULES[validator.check]
}

function headerRule(name: string): string | undefined {
  const lower = name.toLowerCase()
  return Object.entries(HEADER_RULES).find(([known]) => known.toLowerCase() === lower)?.[1]
}
