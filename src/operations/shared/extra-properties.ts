import { checkPropertyTypes, type InfoProperties } from '../../protocol/check-file-info.ts'

/** What an answer cannot do without, or what clients rely on in the next request. */
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

/** Named like a promise of the host's, but about nothing that the host is ever asked to do. */
const OF_THE_CLIENT: ReadonlySet<string> = new Set([
  'SupportsReviewing',
  'UserCanAttend',
  'UserCanPresent',
])

/** Clients save for a user who may do one of these, whatever UserCanWrite says. */
const WAYS_TO_WRITE: ReadonlySet<string> = new Set([
  'UserCanOnlyComment',
  'UserCanOnlyManageRedlines',
  'UserCanReview',
])

/** What a host without locks has not, either. */
const OF_LOCKS: readonly string[] = ['SupportsGetLock', 'SupportsExtendedLockLength']

/** What clients of coauthoring rely on together: they refuse a file that has some of it only. */
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

/** Saying true takes something away. */
const RESTRICTIONS: ReadonlySet<string> = new Set(['ReadOnly', 'UserCanNotWriteRelative'])

/**
 * What the host answers, with the application's own properties before those that the host derives
 * (`undefined` takes one away). Facts that clients build on stay as they are, and an application may
 * promise and allow less than the host does, but not more.
 *
 * @throws TypeError when a property of the application's has a value of the wrong type
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
  // Some clients take an absent restriction for true: it is always said in words.
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
