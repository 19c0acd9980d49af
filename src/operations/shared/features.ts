import type { Grant } from '../../ports/access.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { SettingsFiles } from '../../ports/settings-files.ts'
import { asExtension, extensionOf } from '../../protocol/file-name.ts'

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

/** Kinds of share links: page "GetShareUrl". */
export type ShareUrlType = 'ReadOnly' | 'ReadWrite'

/** A file or a container that a page of the application is about. */
export interface PageSubject {
  fileId?: string
  containerId?: string
  /** With extension. */
  name: string
  userId: string
}

/** Addresses of the application's own pages; what is left out is not promised to clients. */
export interface Pages {
  /** A page that shows the file: HostViewUrl. */
  view?(file: PageSubject): string
  /** A page that edits the file: HostEditUrl. */
  edit?(file: PageSubject): string
  /** A page about the container. */
  container?(container: PageSubject): string
  /**
   * A link to share, without a token; `undefined` where this kind is not to be had. The same for the
   * same subject: it is asked for, too, when an address is to be recognised as one.
   */
  share?(subject: PageSubject, type: ShareUrlType): string | undefined
  /** The kinds that `share` knows (default: both). */
  shareUrlTypes?: readonly ShareUrlType[]
}

/** Said of files and containers alike (page "CheckContainerInfo" wants them equal). */
export interface Licence {
  isEduUser?: boolean
  /** Whether Office checks the user's licence before editing, which wants a HostEditUrl as well. */
  isBusinessUser?: boolean
}

/** What this host does beyond the operations that every host has. */
export interface Features {
  /** Left out: no coauthoring, and CheckFileInfo carries none of the Plus properties. */
  coauth?: CoauthFeatures
  /** Whether clients may send a file in several requests. */
  uploadSessions: boolean
  /** Whether clients may go along the tree of containers, with tokens that allow it. */
  containers: boolean
  pages: Pages
  /** What Office is to know about the users' licences; both are false when left out. */
  licence?: Licence
  /** Where the application keeps files of settings; without it their addresses answer 501. */
  settings?: SettingsFiles
  /** What the application adds to the answers of CheckFileInfo and CheckContainerInfo. */
  properties?: ExtraProperties
}

/** What is asked for more properties. */
export interface PropertiesRequest {
  fileId?: string
  containerId?: string
  name: string
  grant: Grant
  /** X-WOPI-SessionContext of the request. */
  sessionContext?: string
}

/**
 * Properties of the application's own, which go before those that the host derives. `undefined`
 * takes one away. What names an operation or a permission (`Supports…`, `UserCan…`) may only be
 * taken away or made false: the host answers for the rest. They are what clients are told; what a
 * token allows is `Access`'s to say, and the host goes by that alone.
 */
export type ExtraProperties = (
  request: PropertiesRequest,
) => Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>

/** The kinds of share links that the application gives. */
export function shareUrlTypes({ share, shareUrlTypes }: Pages): readonly ShareUrlType[] {
  return share ? (shareUrlTypes ?? ['ReadOnly', 'ReadWrite']) : []
}

/**
 * The kinds of share links that a user is given: who may only read gives nobody more than that.
 *
 * @param mayWrite whether the user may change what is shared
 */
export function shareUrlTypesFor(pages: Pages, mayWrite: boolean): readonly ShareUrlType[] {
  return shareUrlTypes(pages).filter((type) => mayWrite || type === 'ReadOnly')
}

/** What clients are told of coauthoring a file; `undefined` when it is none that is coauthored. */
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
