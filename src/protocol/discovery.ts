import { asExtension } from './file-name.ts'
import type { ProofKeyAttributes } from './proof-key.ts'

/** The actions of a WOPI client, and the keys of its requests (page "WOPI discovery"). */
export interface Discovery {
  zones: readonly NetZone[]
  /** Left out when the client signs nothing. */
  proofKey?: ProofKeyAttributes
}

/** Addresses for one kind of network. */
export interface NetZone {
  /** `external-https`, `external-http`, `internal-https` or `internal-http`, with some clients others. */
  name: string
  apps: readonly App[]
}

export interface App {
  /** Such as `Word`; with Collabora and ONLYOFFICE also a MIME type, or `Capabilities`. */
  name: string
  favIconUrl?: string
  /** Whether the user's licence is to be checked. */
  checkLicense: boolean
  actions: readonly Action[]
}

export interface Action {
  /** Such as `view`, `edit` or `editnew`. */
  name: string
  /** Of the files that it is for, in lower case with the dot; `''` when it names none. */
  extension: string
  /** Groups of operations that the host must have, such as `locks` and `update`. */
  requires: readonly string[]
  /** http(s) address with placeholders. */
  urlsrc: string
  /** Whether this is the default action for the extension. */
  isDefault: boolean
  /** The extension of a converted file (`newext` or `targetext`), in lower case with the dot. */
  newExtension?: string
}

/** An action and its application. */
export interface FoundAction {
  app: App
  action: Action
}

/** The criteria for an action. A criterion that is left out matches anything. */
export interface ActionQuery {
  /** The file's extension, with or without the dot, in any case. */
  extension?: string
  /** For clients that name their applications by MIME type. */
  mimeType?: string
  /** In any case. Left out: the default action, else `edit`, else `view`, else the first. */
  action?: string
  /**
   * The zones to look in, best first (default: https before http, external before internal, then
   * those of other names).
   */
  zones?: readonly string[]
}

const ZONES = ['external-https', 'external-http', 'internal-https', 'internal-http']
/** Actions that open a file when discovery names no default action, best first. */
const OPENING_ACTIONS = ['edit', 'view']
const CAPABILITIES = { app: 'Capabilities', action: 'getinfo' }

/**
 * Finds the action for a file, in the best zone that has one.
 *
 * @example
 * ```ts
 * import { findAction, parseDiscovery } from 'wopikit/protocol'
 *
 * const found = findAction(parseDiscovery(discoveryXml), { extension: '.DOCX', action: 'view' })
 *
 * assert.equal(found?.action.isDefault, true)
 * ```
 */
export function findAction(discovery: Discovery, query: ActionQuery): FoundAction | undefined {
  const names = discovery.zones.map(zoneName)
  for (const name of new Set(query.zones ?? [...ZONES, ...names])) {
    const found = discovery.zones
      .filter((zone) => zoneName(zone) === name.toLowerCase())
      .flatMap((zone) => matching(zone, query))
    const best = query.action === undefined ? opening(found) : found[0]
    if (best) return best
  }
  return undefined
}

/**
 * Where Collabora tells its capabilities as JSON; other clients have no such address.
 *
 * @example
 * ```ts
 * import { capabilitiesUrl, parseDiscovery } from 'wopikit/protocol'
 *
 * assert.equal(capabilitiesUrl(parseDiscovery(discoveryXml)), undefined) // not Collabora
 * ```
 */
export function capabilitiesUrl(discovery: Discovery): string | undefined {
  for (const { apps } of discovery.zones) {
    const app = apps.find(({ name }) => name === CAPABILITIES.app)
    const action = app?.actions.find(({ name }) => name === CAPABILITIES.action)
    if (action) return action.urlsrc
  }
  return undefined
}

function zoneName({ name }: NetZone): string {
  return name.trim().toLowerCase()
}

function matching({ apps }: NetZone, query: ActionQuery): FoundAction[] {
  const extension = query.extension === undefined ? undefined : asExtension(query.extension)
  const mimeType = query.mimeType?.toLowerCase()
  const wanted = query.action?.toLowerCase()
  return apps
    .filter((app) => mimeType === undefined || app.name.toLowerCase() === mimeType)
    .flatMap((app) => app.actions.map((action) => ({ app, action })))
    .filter(({ action }) => wanted === undefined || action.name.toLowerCase() === wanted)
    .filter(({ action }) => extension === undefined || action.extension === extension)
}

function opening(found: readonly FoundAction[]): FoundAction | undefined {
  const isDefault = found.find(({ action }) => action.isDefault)
  if (isDefault) return isDefault
  for (const name of OPENING_ACTIONS) {
    const named = found.find(({ action }) => action.name === name)
    if (named) return named
  }
  return found[0]
}
