import type { Grant } from '../../ports/access.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { SettingsFiles } from '../../ports/settings-files.ts'
import { asExtension, extensionOf } from '../../protocol/file-name.ts'

/** What CheckFileInfo tells clients with CSPP Plus about coauthoring. */
export interface CoauthFeatures {
  /** Extensions of coauthored files, in lower case with the dot; `*` for all files. */
  extensions: readonly string[]
  /** The address of discovery's action `collab`. */
  officeCollaborationServiceEndpointUrl: string
  /** The address of discovery's action `rtc`. */
  realTimeChannelEndpointUrl: string
  /** The code that Microsoft's CSPP Plus team has assigned; may be empty. */
  fileGeoLocationCode: string
  /** `Private` when nobody but the owner has access. */
  sharingStatus: 'Private' | 'Shared'
}

/** Kinds of share links: page "GetShareUrl". */
export type ShareUrlType = 'ReadOnly' | 'ReadWrite'

/** The file or container that a page of the application shows. */
export interface PageSubject {
  fileId?: string
  containerId?: string
  /** With extension. */
  name: string
  userId: string
}

/**
 * Addresses of the application's own pages. The host promises clients only those that are given.
 */
export interface Pages {
  /** A page that shows the file: HostViewUrl. */
  view?(file: PageSubject): string
  /** A page that edits the file: HostEditUrl. */
  edit?(file: PageSubject): string
  /** A page about the container. */
  container?(container: PageSubject): string
  /**
   * A link to share, without a token; `undefined` when the application has no link of this kind. It
   * must be stable for the same subject, because the host also calls it to recognise addresses.
   */
  share?(subject: PageSubject, type: ShareUrlType): string | undefined
  /** The kinds of links that `share` returns (default: both). */
  shareUrlTypes?: readonly ShareUrlType[]
}

/** The same for files and containers (page "CheckContainerInfo" requires it). */
export interface Licence {
  isEduUser?: boolean
  /** Whether Office checks the user's licence before editing. This also needs a HostEditUrl. */
  isBusinessUser?: boolean
}

/** The optional features of this host. */
export interface Features {
  /** Left out: no coauthoring, and CheckFileInfo carries none of the Plus properties. */
  coauth?: CoauthFeatures
  /** Whether clients may send a file in several requests. */
  uploadSessions: boolean
  /** Whether clients may browse the tree of containers, with tokens that allow it. */
  containers: boolean
  pages: Pages
  /** What Office learns about the users' licences (default: both false). */
  licence?: Licence
  /** Where the application keeps files of settings; without it their addresses answer 501. */
  settings?: SettingsFiles
  /**
   * Properties that the application adds to the replies of CheckFileInfo and CheckContainerInfo.
   */
  properties?: ExtraProperties
}

/** The request for additional properties. */
export interface PropertiesRequest {
  fileId?: string
  containerId?: string
  name: string
  grant: Grant
  /** X-WOPI-SessionContext of the request. */
  sessionContext?: string
}

/**
 * Returns properties that replace those of the host. `undefined` removes a property. An operation
 * or a permission (`Supports…`, `UserCan…`) can only be removed or made false. These properties
 * only inform clients: what a token allows is decided by `Access` alone.
 */
export type ExtraProperties = (
  request: PropertiesRequest,
) => Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>

/** The kinds of share links that the application gives. */
export function shareUrlTypes({ share, shareUrlTypes }: Pages): readonly ShareUrlType[] {
  return share ? (shareUrlTypes ?? ['ReadOnly', 'ReadWrite']) : []
}

/**
 * The kinds of share links for a user. A user who may only read gets no link to write.
 *
 * @param mayWrite whether the user may change what is shared
 */
export function shareUrlTypesFor(pages: Pages, mayWrite: boolean): readonly ShareUrlType[] {
  return shareUrlTypes(pages).filter((type) => mayWrite || type === 'ReadOnly')
}

/** What clients learn about coauthoring a file; `undefined` when the file is not coauthored. */
export function coauthOf(
  { coauth }: Features,
  file: Pick<DocumentRecord, 'name'>,
): CoauthFeatures | undefined {
  if (!coauth || !hasEndpoints(coauth)) return undefined
  const extension = extensionOf(file.name)
  const isCoauthored = coauth.extensions.some(
    (one) => one === '*' || asExtension(one) === extension,
  )
  return isCoauthored ? coauth : undefined
}

/** Office takes an empty address as no coauthoring. */
function hasEndpoints(coauth: CoauthFeatures): boolean {
  const { officeCollaborationServiceEndpointUrl, realTimeChannelEndpointUrl } = coauth
  return officeCollaborationServiceEndpointUrl !== '' && realTimeChannelEndpointUrl !== ''
}
