/** What the answer of CheckFileInfo is derived from. */
export interface FileFacts {
  /** With extension. */
  name: string
  /** In lower case with its dot, or `''`. */
  extension: string
  ownerId: string
  /** In bytes. */
  size: number
  version: string
  /** When the content last changed, in ms since 1970 UTC. */
  modifiedAt: number
  userId: string
  userFriendlyName: string
  canWrite: boolean
  uploadSessions: boolean
  /** Left out for files that are not coauthored. */
  coauth: CoauthFacts | undefined
}

/** What clients with CSPP Plus want to know. */
export interface CoauthFacts {
  sequenceNumber: number
  officeCollaborationServiceEndpointUrl: string
  realTimeChannelEndpointUrl: string
  /** In ms since 1970 UTC. */
  accessTokenExpiry: number
  /** In ms since 1970 UTC. */
  serverTime: number
  sharingStatus: 'Private' | 'Shared'
  fileGeoLocationCode: string
}

type Value = string | number | boolean

/**
 * Every property that is sent, and what its value is. `undefined` leaves it out: clients take that
 * as the default (page "CheckFileInfo": omit instead of null).
 */
const PROPERTIES: Readonly<Record<string, (facts: FileFacts) => Value | undefined>> = {
  BaseFileName: (facts) => facts.name,
  OwnerId: (facts) => facts.ownerId,
  Size: (facts) => facts.size,
  UserId: (facts) => facts.userId,
  Version: (facts) => facts.version,
  FileExtension: (facts) => facts.extension || undefined,
  LastModifiedTime: (facts) => roundTripTime(facts.modifiedAt),
  UserFriendlyName: (facts) => facts.userFriendlyName,

  UserCanWrite: (facts) => facts.canWrite,
  ReadOnly: (facts) => !facts.canWrite,
  // PutRelativeFile is not there, and clients must not offer it.
  UserCanNotWriteRelative: () => true,

  SupportsUpdate: () => true,
  SupportsLocks: () => true,
  SupportsGetLock: () => true,
  SupportsExtendedLockLength: () => true,
}

/**
 * The properties of CSPP Plus: all of them or none, because clients and Microsoft's validator take a
 * part of them as a mistake (page "checkfileinfo-csppp").
 */
const COAUTH_PROPERTIES: Readonly<Record<string, (coauth: CoauthFacts) => Value>> = {
  SupportsCoauth: () => true,
  SequenceNumber: (coauth) => coauth.sequenceNumber,
  OfficeCollaborationServiceEndpointUrl: (coauth) => coauth.officeCollaborationServiceEndpointUrl,
  RealTimeChannelEndpointUrl: (coauth) => coauth.realTimeChannelEndpointUrl,
  AccessTokenExpiry: (coauth) => coauth.accessTokenExpiry,
  ServerTime: (coauth) => coauth.serverTime,
  SharingStatus: (coauth) => coauth.sharingStatus,
  FileGeoLocationCode: (coauth) => coauth.fileGeoLocationCode,
}

/** The body of CheckFileInfo's answer. */
export function checkFileInfoProperties(facts: FileFacts): Record<string, Value> {
  const properties: Record<string, Value> = {}
  for (const [name, derive] of Object.entries(PROPERTIES)) {
    const value = derive(facts)
    if (value !== undefined) properties[name] = value
  }
  const { coauth } = facts
  if (!coauth) return properties
  for (const [name, derive] of Object.entries(COAUTH_PROPERTIES)) properties[name] = derive(coauth)
  if (facts.uploadSessions) properties.SupportsResumableFileTransfer = true
  return properties
}

/** ISO 8601 in UTC with the seven decimals that .NET reads back without loss. */
export function roundTripTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '0000Z')
}
