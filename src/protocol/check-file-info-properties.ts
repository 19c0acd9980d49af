import { FILE_NAME_MAX_CHARS } from './names.ts'
import { roundTripTime } from './round-trip-time.ts'
import { clientUserId } from './user-ids.ts'

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
  /** What clients have stored about the user. */
  userInfo: string | undefined
  isEduUser: boolean
  /** Whether Office checks the user's licence before editing. */
  isBusinessUser: boolean
  /** What this token allows. */
  may: { write: boolean; create: boolean; rename: boolean; delete: boolean; browse: boolean }
  /** What the host can do with this file. */
  can: { rename: boolean; delete: boolean }
  shareUrlTypes: readonly string[]
  uploadSessions: boolean
  urls: {
    /** Fetched without any header, for the newest bytes. */
    download?: string
    view?: string
    edit?: string
  }
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

/** What a property's value is. */
export type PropertyKind =
  | 'boolean'
  | 'integer'
  | 'string'
  | 'strings'
  | 'object'
  | 'time'
  | 'url'
  | 'origin'
  /** Where Collabora reads settings, and a text that changes with them: `{ uri, stamp }`. */
  | 'settings'
  | { oneOf?: string[]; some?: string[] }

/** One property of CheckFileInfo. */
export interface PropertyRow {
  kind: PropertyKind
  /** What the host says; left out for what only the application knows. */
  derive?: (facts: FileFacts) => unknown
}

const boolean = (derive?: PropertyRow['derive']) => row('boolean', derive)
const string = (derive?: PropertyRow['derive']) => row('string', derive)
const integer = (derive?: PropertyRow['derive']) => row('integer', derive)
const url = (derive?: PropertyRow['derive']) => row('url', derive)
const object = () => row('object')

/** One of the Plus properties: all of them are sent or none (page "checkfileinfo-csppp"). */
const plus = (kind: PropertyKind, derive: (coauth: CoauthFacts) => unknown) =>
  row(kind, ({ coauth }) => coauth && derive(coauth))

/**
 * Every property that a page of Microsoft's names, and those of Collabora and ONLYOFFICE. It tells
 * what the host sends by itself; applications may send the others.
 */
export const CHECK_FILE_INFO_PROPERTIES: Readonly<Record<string, PropertyRow>> = {
  // Required
  BaseFileName: string((facts) => facts.name),
  OwnerId: string((facts) => clientUserId(facts.ownerId)),
  Size: integer((facts) => facts.size),
  UserId: string((facts) => clientUserId(facts.userId)),
  Version: string((facts) => facts.version),

  // What the host supports: each promises all operations of its page
  SupportsUpdate: boolean(() => true),
  SupportsLocks: boolean(() => true),
  SupportsGetLock: boolean(() => true),
  SupportsExtendedLockLength: boolean(() => true),
  SupportsRename: boolean((facts) => facts.can.rename),
  SupportsDeleteFile: boolean((facts) => facts.can.delete),
  SupportsUserInfo: boolean(() => true),
  SupportsContainers: boolean((facts) => facts.may.browse),
  SupportsEcosystem: boolean((facts) => facts.may.browse),
  SupportsGetFileWopiSrc: boolean((facts) => facts.may.browse),
  SupportsAddActivities: boolean(() => true),
  SupportedShareUrlTypes: row({ some: ['ReadOnly', 'ReadWrite'] }, ({ shareUrlTypes }) =>
    shareUrlTypes.length > 0 ? shareUrlTypes : undefined,
  ),
  SupportsCobalt: boolean(),
  SupportsFolders: boolean(),
  SupportsCheckPolicy: boolean(),
  SupportsCheckUserAccess: boolean(),
  SupportsContactsResolution: boolean(),
  SupportsFileCreation: boolean(),
  SupportsFileUserValue: boolean(),
  SupportsGetActivities: boolean(),
  SupportsGrantUserAccess: boolean(),
  SupportsPolicies: boolean(),
  SupportsReviewing: boolean(),
  SupportsScenarioLinks: boolean(),
  SupportsSecureStore: boolean(),

  // The user
  UserFriendlyName: string((facts) => facts.userFriendlyName),
  UserInfo: string((facts) => facts.userInfo),
  IsEduUser: boolean((facts) => facts.isEduUser),
  LicenseCheckForEditIsEnabled: boolean((facts) => facts.isBusinessUser),
  IsAnonymousUser: boolean(),

  // What the user may do
  UserCanWrite: boolean((facts) => facts.may.write),
  ReadOnly: boolean((facts) => !facts.may.write),
  // Said in words: Collabora takes an absent one for true.
  UserCanNotWriteRelative: boolean((facts) => !facts.may.create),
  UserCanRename: boolean((facts) => facts.may.rename && facts.can.rename),
  UserCanAttend: boolean(),
  UserCanPresent: boolean(),
  UserCanReview: boolean(),
  UserCanOnlyComment: boolean(),
  UserCanOnlyManageRedlines: boolean(),
  RestrictedWebViewOnly: boolean(),

  // Addresses
  FileUrl: url((facts) => facts.urls.download),
  DownloadUrl: url((facts) => facts.urls.download),
  HostViewUrl: url((facts) => facts.urls.view),
  HostEditUrl: url((facts) => facts.urls.edit),
  CloseUrl: url(),
  FileEmbedCommandUrl: url(),
  FileSharingUrl: url(),
  FileVersionUrl: url(),
  HostEmbeddedViewUrl: url(),
  HostEmbeddedEditUrl: url(),
  SignInUrl: url(),
  SignoutUrl: url(),
  WorkflowUrl: url(),
  BreadcrumbBrandUrl: url(),
  BreadcrumbDocUrl: url(),
  BreadcrumbFolderUrl: url(),
  ClientUrl: url(),
  EditAndReplyUrl: url(),
  HostRestUrl: url(),
  PrivacyUrl: url(),
  TermsOfUseUrl: url(),
  BreadcrumbBrandName: string(),
  BreadcrumbDocName: string(),
  BreadcrumbFolderName: string(),

  // Messages between the page and the client
  PostMessageOrigin: row('origin'),
  AppStateHistoryPostMessage: boolean(),
  ClosePostMessage: boolean(),
  EditModePostMessage: boolean(),
  EditNotificationPostMessage: boolean(),
  FileEmbedCommandPostMessage: boolean(),
  FileSharingPostMessage: boolean(),
  FileVersionPostMessage: boolean(),
  WorkflowPostMessage: boolean(),
  InsertImagePostMessage: boolean(),
  OpenInClientPostMessage: boolean(),
  PermissionsPostMessage: boolean(),
  PolicyCheckPostMessage: boolean(),
  ReportAbusePostMessage: boolean(),

  // The rest
  FileExtension: string((facts) => facts.extension || undefined),
  LastModifiedTime: row('time', (facts) => roundTripTime(facts.modifiedAt)),
  FileNameMaxLength: integer(() => FILE_NAME_MAX_CHARS),
  SHA256: string(),
  UniqueContentId: string(),
  TemporarilyNotWritable: boolean(),
  AllowAdditionalMicrosoftServices: boolean(),
  AllowErrorReportPrompt: boolean(),
  AllowExternalMarketplace: boolean(),
  ClientThrottlingProtection: row({
    oneOf: ['MostProtected', 'Protected', 'Normal', 'LessProtected', 'LeastProtected'],
  }),
  RequestedCallThrottling: row({
    oneOf: ['Unknown', 'Normal', 'Minor', 'Medium', 'Major', 'Critical'],
  }),
  CloseButtonClosesWindow: boolean(),
  CopyPasteRestrictions: row({ oneOf: ['BlockAll', 'CurrentDocumentOnly'] }),
  DisablePrint: boolean(),
  DisableTranslation: boolean(),
  DisableBrowserCachingOfUserContent: boolean(),
  WebEditingDisabled: boolean(),
  ProtectInClient: boolean(),
  WorkflowType: row({ some: ['Assign', 'Submit'] }),
  HostName: string(),
  HostNotes: string(),
  HostAuthenticationId: string(),
  IrmPolicyTitle: string(),
  IrmPolicyDescription: string(),
  PresenceProvider: string(),
  PresenceUserId: string(),
  TenantId: string(),
  TimeZone: string(),
  UserPrincipalName: string(),
  EditingCannotSave: boolean(),

  // CSPP Plus
  SupportsCoauth: plus('boolean', () => true),
  SequenceNumber: plus('integer', (coauth) => coauth.sequenceNumber),
  OfficeCollaborationServiceEndpointUrl: plus(
    'url',
    (coauth) => coauth.officeCollaborationServiceEndpointUrl,
  ),
  RealTimeChannelEndpointUrl: plus('url', (coauth) => coauth.realTimeChannelEndpointUrl),
  AccessTokenExpiry: plus('integer', (coauth) => coauth.accessTokenExpiry),
  ServerTime: plus('integer', (coauth) => coauth.serverTime),
  SharingStatus: plus({ oneOf: ['Private', 'Shared'] }, (coauth) => coauth.sharingStatus),
  FileGeoLocationCode: plus('string', (coauth) => coauth.fileGeoLocationCode),
  SupportsResumableFileTransfer: boolean(({ coauth, uploadSessions }) =>
    coauth && uploadSessions ? true : undefined,
  ),
  ComplianceDomainPrefix: string(),

  // Collabora and ONLYOFFICE
  HidePrintOption: boolean(),
  HideSaveOption: boolean(),
  HideExportOption: boolean(),
  HideRepairOption: boolean(),
  DisableExport: boolean(),
  DisableCopy: boolean(),
  DisableInactiveMessages: boolean(),
  DownloadAsPostMessage: boolean(),
  EnableOwnerTermination: boolean(),
  UserExtraInfo: object(),
  UserPrivateInfo: object(),
  ServerPrivateInfo: object(),
  UserSettings: row('settings'),
  SharedSettings: row('settings'),
  PresentationLeader: string(),
  DisablePresentation: boolean(),
  EnableRemoteAIContent: boolean(),
  DisableAISettings: boolean(),
  WatermarkText: string(),
  TemplateSource: string(),
  TemplateSaveAs: string(),
  ObfuscatedUserId: string(),
  EnableInsertRemoteImage: boolean(),
  EnableInsertRemoteFile: boolean(),
  DisableInsertLocalImage: boolean(),
  EnableRemoteLinkPicker: boolean(),
  EnableShare: boolean(),
  HideUserList: string(),
  IsAdminUser: boolean(),
  IsUserLocked: boolean(),
  IsUserRestricted: boolean(),
  DisableChangeTrackingRecord: boolean(),
  DisableChangeTrackingShow: boolean(),
  HideChangeTrackingControls: boolean(),
}

function row(kind: PropertyKind, derive?: PropertyRow['derive']): PropertyRow {
  return derive ? { kind, derive } : { kind }
}
