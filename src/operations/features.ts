import type { DocumentRecord } from '../ports/metadata-store.ts'

/** What CheckFileInfo tells Plus clients besides the file itself. */
export interface CoauthFeatures {
  /** Extensions, in lower case with the dot, of files that are coauthored; `*` for all. */
  extensions: readonly string[]
  /** From discovery's action `collab`. */
  officeCollaborationServiceEndpointUrl: string
  /** From discovery's action `rtc`. */
  realTimeChannelEndpointUrl: string
  /** As Microsoft's CSPP Plus team has named it; may be empty. */
  fileGeoLocationCode: string
  /** `Private` when nobody but the owner has access. */
  sharingStatus: 'Private' | 'Shared'
}

/** What this host does beyond the operations that every host has. */
export interface Features {
  /** Left out: no coauthoring, and CheckFileInfo carries none of the Plus properties. */
  coauth?: CoauthFeatures
  /** Whether clients may send a file in several requests. */
  uploadSessions: boolean
}

/** The extension of a file name, in lower case with its dot, or `''`. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot).toLowerCase() : ''
}

/** Whether a file is one of those that are coauthored. */
export function isCoauthored(features: Features, file: Pick<DocumentRecord, 'name'>): boolean {
  const extensions = features.coauth?.extensions ?? []
  return extensions.includes('*') || extensions.includes(extensionOf(file.name))
}
