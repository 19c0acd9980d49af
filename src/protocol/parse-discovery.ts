import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { Action, App, Discovery, NetZone } from './discovery.ts'
import { DiscoveryError } from './discovery-error.ts'
import { asExtension } from './file-name.ts'
import type { ProofKeyAttributes } from './proof-key.ts'

/** Longest discovery that is parsed, in characters: some ten times Office's. */
export const DISCOVERY_MAX_CHARS = 4 * 1024 * 1024

/** Deepest nesting; what is known needs four levels. Each element's path costs what it is deep. */
const DEPTH_MAX = 16

const ROOT = 'wopi-discovery'
const PROOF_KEY_ATTRIBUTES = [
  'value',
  'modulus',
  'exponent',
  'oldvalue',
  'oldmodulus',
  'oldexponent',
] as const

interface OpenApp extends App {
  actions: Action[]
}
interface OpenZone extends NetZone {
  apps: OpenApp[]
}
interface OpenDiscovery extends Discovery {
  zones: OpenZone[]
}
type Attributes = Readonly<Record<string, string>>

/**
 * Parses the discovery of a WOPI client. Elements that nobody knows are passed over, and actions
 * whose address is not http(s). Document types and with them entities are refused.
 *
 * @throws DiscoveryError `DISCOVERY_TOO_LARGE`, `DISCOVERY_INVALID`
 *
 * @example
 * ```ts
 * import { findAction, parseDiscovery } from 'wopikit/protocol'
 *
 * const discovery = parseDiscovery(discoveryXml)
 *
 * assert.equal(findAction(discovery, { extension: 'docx' })?.app.name, 'Word')
 * ```
 */
export function parseDiscovery(xml: string): Discovery {
  if (xml.length > DISCOVERY_MAX_CHARS) {
    throw new DiscoveryError(
      'DISCOVERY_TOO_LARGE',
      `Discovery has more than ${DISCOVERY_MAX_CHARS} characters`,
    )
  }
  const discovery: OpenDiscovery = { zones: [] }
  const path: string[] = []
  const parser = new SaxesParser({ xmlns: false as const })
  parser.on('error', (error) => {
    throw invalid(`Discovery is not XML: ${error.message}`)
  })
  parser.on('doctype', () => {
    throw invalid('Discovery has a document type')
  })
  parser.on('opentag', (tag) => {
    path.push(tag.name)
    if (path.length > DEPTH_MAX) throw invalid('Discovery is nested too deeply')
    addElement(discovery, path, tag)
  })
  parser.on('closetag', () => {
    path.pop()
  })
  // Proxies and templates put white space before the declaration, where XML allows none.
  parser.write(xml.trimStart()).close()
  return discovery
}

function addElement(
  discovery: OpenDiscovery,
  path: readonly string[],
  { attributes }: SaxesTagPlain,
): void {
  if (path[0] !== ROOT) throw invalid(`Discovery does not begin with <${ROOT}>`)
  const zone = discovery.zones.at(-1)
  switch (path.slice(1).join('/')) {
    case 'net-zone':
      discovery.zones.push({ name: attributes.name ?? '', apps: [] })
      break
    case 'net-zone/app':
      zone?.apps.push(parseApp(attributes))
      break
    case 'net-zone/app/action':
      zone?.apps.at(-1)?.actions.push(...parseAction(attributes))
      break
    case 'proof-key':
      discovery.proofKey = parseProofKey(attributes)
  }
}

function parseApp({ name = '', favIconUrl, checkLicense }: Attributes): OpenApp {
  return {
    name,
    ...(favIconUrl && isHttp(favIconUrl) && { favIconUrl }),
    checkLicense: isTrue(checkLicense),
    actions: [],
  }
}

function parseAction(attributes: Attributes): Action[] {
  const { name = '', ext = '', requires = '' } = attributes
  const urlsrc = attributes.urlsrc?.trim() ?? ''
  if (!isHttp(urlsrc)) return []
  const newExtension = asExtension(attributes.newext || attributes.targetext || '')
  return [
    {
      name,
      extension: asExtension(ext),
      requires: requires
        .split(',')
        .map((group) => group.trim())
        .filter((group) => group !== ''),
      urlsrc,
      isDefault: isTrue(attributes.default),
      ...(newExtension && { newExtension }),
    },
  ]
}

function parseProofKey(attributes: Attributes): ProofKeyAttributes {
  const key: ProofKeyAttributes = {}
  for (const name of PROOF_KEY_ATTRIBUTES) {
    const value = attributes[name]
    if (value) key[name] = value
  }
  return key
}

function isHttp(url: string): boolean {
  return /^https?:\/\//i.test(url)
}

function isTrue(value: string | undefined): boolean {
  return /^(true|1)$/i.test(value ?? '')
}

function invalid(message: string): DiscoveryError {
  return new DiscoveryError('DISCOVERY_INVALID', message)
}
