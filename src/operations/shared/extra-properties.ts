import { checkPropertyTypes, type InfoProperties } from '../../protocol/check-file-info.ts'

/** Properties that every reply needs, or that clients rely on in later requests. */
const FACTS: ReadonlySet<string> = new Set([
  'BaseFileName',
  'Name',
  'OwnerId',
  'Size',
  'UserId',
  'Version',
  'LastModifiedTime',
  'SequenceNumber',
  'AccessTokenExpiry',
  'ServerTime',
])

/** Named like a promise of the host, but only the client acts on them. */
const OF_THE_CLIENT: ReadonlySet<string> = new Set([
  'SupportsReviewing',
  'UserCanAttend',
  'UserCanPresent',
])

/** Clients save for a user with one of these permissions, whatever UserCanWrite says. */
const WAYS_TO_WRITE: ReadonlySet<string> = new Set([
  'UserCanOnlyComment',
  'UserCanOnlyManageRedlines',
  'UserCanReview',
])

/** Properties that a host without locks cannot promise either. */
const OF_LOCKS: readonly string[] = ['SupportsGetLock', 'SupportsExtendedLockLength']

/**
 * Properties that coauthoring clients need together: they refuse a file that has only some of them.
 */
const PLUS: readonly string[] = [
  'SupportsCoauth',
  'SequenceNumber',
  'OfficeCollaborationServiceEndpointUrl',
  'RealTimeChannelEndpointUrl',
  'AccessTokenExpiry',
  'ServerTime',
  'SharingStatus',
  'FileGeoLocationCode',
]

/** For these, `true` takes a permission away. */
const RESTRICTIONS: ReadonlySet<string> = new Set(['ReadOnly', 'UserCanNotWriteRelative'])

/**
 * Merges the application's properties into those of the host. A property of the application
 * replaces the host's, and `undefined` removes it. Facts that clients rely on stay, and an
 * application may promise and allow less than the host, but not more.
 *
 * @throws TypeError when a property of the application has a value of the wrong type
 */
export function withExtraProperties(
  properties: Readonly<InfoProperties>,
  extra: Readonly<InfoProperties> = {},
): InfoProperties {
  checkPropertyTypes(extra)
  const merged: InfoProperties = { ...properties }
  for (const [name, value] of Object.entries(extra)) {
    if (!mayBecome(name, value, properties)) continue
    if (value === undefined) delete merged[name]
    else merged[name] = value
  }
  if (merged.UserCanWrite === false && 'ReadOnly' in merged) merged.ReadOnly = true
  if (properties.SupportsLocks === true && merged.SupportsLocks !== true)
    for (const name of OF_LOCKS) if (name in merged) merged[name] = false
  const isWhole = merged.SupportsCoauth === true && PLUS.every((name) => name in merged)
  if (!isWhole) for (const name of [...PLUS, 'SupportsResumableFileTransfer']) delete merged[name]
  return merged
}

function mayBecome(name: string, value: unknown, derived: Readonly<InfoProperties>): boolean {
  if (FACTS.has(name)) return false
  if (name === 'SupportedShareUrlTypes') return isPartOf(value, derived[name])
  // Some clients take an absent restriction for true, so it is always sent.
  if (RESTRICTIONS.has(name)) return value === true
  if (OF_THE_CLIENT.has(name)) return true
  if (WAYS_TO_WRITE.has(name)) return value !== true || derived.UserCanWrite === true
  const isPromise = name.startsWith('Supports') || name.startsWith('UserCan')
  return !isPromise || value === undefined || value === false
}

function isPartOf(value: unknown, derived: unknown): boolean {
  if (value === undefined) return true
  const types: unknown[] = Array.isArray(derived) ? derived : []
  return Array.isArray(value) && value.every((type) => types.includes(type))
}
