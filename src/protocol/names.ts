/** Names and limits of the protocol, spelled as Microsoft's pages spell them. */

/** Values of `X-WOPI-Override`, and at the bootstrapper of `X-WOPI-EcosystemOperation`. */
export const OVERRIDES = {
  put: 'PUT',
  lock: 'LOCK',
  getLock: 'GET_LOCK',
  refreshLock: 'REFRESH_LOCK',
  unlock: 'UNLOCK',
  getCoauthLock: 'GET_COAUTH_LOCK',
  refreshCoauthLock: 'REFRESH_COAUTH_LOCK',
  unlockCoauthLock: 'UNLOCK_COAUTH_LOCK',
  getCoauthTable: 'GET_COAUTH_TABLE',
  getSequenceNumber: 'GET_SEQUENCE_NUMBER',
  getChunkedFile: 'GET_CHUNKED_FILE',
  getChunks: 'GET_CHUNKS',
  putChunkedFile: 'PUT_CHUNKED_FILE',
  createUploadSession: 'CREATE_UPLOAD_SESSION',
  updateUploadSession: 'UPDATE_UPLOAD_SESSION',
  putRelative: 'PUT_RELATIVE',
  renameFile: 'RENAME_FILE',
  deleteFile: 'DELETE',
  putUserInfo: 'PUT_USER_INFO',
  getShareUrl: 'GET_SHARE_URL',
  addActivities: 'ADD_ACTIVITIES',
  createChildContainer: 'CREATE_CHILD_CONTAINER',
  createChildFile: 'CREATE_CHILD_FILE',
  deleteContainer: 'DELETE_CONTAINER',
  renameContainer: 'RENAME_CONTAINER',
  getFileWopiSrc: 'GET_WOPI_SRC_WITH_ACCESS_TOKEN',
  getNewAccessToken: 'GET_NEW_ACCESS_TOKEN',
  getRootContainer: 'GET_ROOT_CONTAINER',
} as const

/** Request and response headers; compared without regard to case. */
export const HEADERS = {
  override: 'X-WOPI-Override',
  ecosystemOperation: 'X-WOPI-EcosystemOperation',
  lock: 'X-WOPI-Lock',
  oldLock: 'X-WOPI-OldLock',
  lockExpirationTimeout: 'X-WOPI-LockExpirationTimeout',
  lockUserVisible: 'X-WOPI-LockUserVisible',
  lockFailureReason: 'X-WOPI-LockFailureReason',
  conflictingLockUsername: 'X-WOPI-ConflictingLockUsername',
  conflictingMechanism: 'X-WOPI-ConflictingMechanism',
  coauthLockId: 'X-WOPI-CoauthLockId',
  coauthLockType: 'X-WOPI-CoauthLockType',
  coauthLockMetadata: 'X-WOPI-CoauthLockMetadata',
  coauthLockExpirationTimeout: 'X-WOPI-CoauthLockExpirationTimeout',
  coauthTableVersion: 'X-WOPI-CoauthTableVersion',
  sequenceNumber: 'X-WOPI-SequenceNumber',
  itemVersion: 'X-WOPI-ItemVersion',
  editors: 'X-WOPI-Editors',
  maxExpectedSize: 'X-WOPI-MaxExpectedSize',
  suggestedTarget: 'X-WOPI-SuggestedTarget',
  relativeTarget: 'X-WOPI-RelativeTarget',
  overwriteRelativeTarget: 'X-WOPI-OverwriteRelativeTarget',
  validRelativeTarget: 'X-WOPI-ValidRelativeTarget',
  fileConversion: 'X-WOPI-FileConversion',
  size: 'X-WOPI-Size',
  requestedName: 'X-WOPI-RequestedName',
  invalidFileNameError: 'X-WOPI-InvalidFileNameError',
  invalidContainerNameError: 'X-WOPI-InvalidContainerNameError',
  fileExtensionFilterList: 'X-WOPI-FileExtensionFilterList',
  enumerationIncomplete: 'X-WOPI-EnumerationIncomplete',
  urlType: 'X-WOPI-UrlType',
  hostNativeFileName: 'X-WOPI-HostNativeFileName',
  wopiSrc: 'X-WOPI-WopiSrc',
  sessionContext: 'X-WOPI-SessionContext',
  proof: 'X-WOPI-Proof',
  proofOld: 'X-WOPI-ProofOld',
  timeStamp: 'X-WOPI-TimeStamp',
  uploadSessionToken: 'X-WOPI-UploadSessionToken',
  contentRangeOffset: 'X-WOPI-ContentRangeOffset',
  contentRangeLength: 'X-WOPI-ContentRangeLength',
  uploadSessionCurrentOffset: 'X-WOPI-UploadSessionCurrentOffset',
  failureReason: 'X-WOPI-FailureReason',
  serverError: 'X-WOPI-ServerError',
  /** This host's own: the code of a failure, as a program reads it. */
  failureCode: 'X-Wopikit-FailureCode',
  correlationId: 'X-WOPI-CorrelationId',
  requestId: 'X-Request-ID',
  sessionId: 'X-WOPI-SessionId',
} as const

/** The stream that every file has. */
export const MAIN_CONTENT = 'MainContent'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 24 * 60 * MINUTE_MS
const KIB = 1024
const MIB = 1024 * KIB

/** Life of a WOPI lock that names no timeout, in ms. */
export const LOCK_LIFETIME_MS = 30 * MINUTE_MS
/** Shortest and longest timeout that a lock may ask for, in seconds, both ends allowed. */
export const LOCK_TIMEOUT_MIN_S = 60
export const LOCK_TIMEOUT_MAX_S = 3600
/** Longest WOPI lock id and CoauthLockId, in characters. */
export const LOCK_ID_MAX_CHARS = 1024
/** Largest CoauthLockMetadata, in bytes. */
export const COAUTH_METADATA_MAX_BYTES = 4 * KIB
/** Life of an upload session since its last successful update, in ms. */
export const UPLOAD_SESSION_LIFETIME_MS = 30 * MINUTE_MS
/** Largest sequence number: clients parse it as a signed 32-bit integer. */
export const SEQUENCE_NUMBER_MAX = 2_147_483_647
/** Largest MessageJSON frame, in bytes. */
export const MESSAGE_JSON_MAX_BYTES = 16 * MIB
/** Most chunks that a stream's signature may list. */
export const CHUNKS_PER_STREAM_MAX = 131_072
/** Most alternate streams, and most unexpired content properties, of one file. */
export const ALTERNATE_STREAMS_MAX = 256
export const CONTENT_PROPERTIES_MAX = 256
/** Longest name of a content property, in characters. */
export const PROPERTY_NAME_MAX_CHARS = 256
/** Largest value of a content property, in UTF-8 bytes. */
export const PROPERTY_VALUE_MAX_BYTES = 1 * KIB
/** Longest StreamId, in characters. The pages name no limit. */
export const STREAM_ID_MAX_CHARS = 256
/** Life of an alternate stream or content property since its last update, in ms. */
export const CONTENT_PART_LIFETIME_MS = 30 * DAY_MS
/** Largest zip central directory that is read; a larger one makes the stream FullFile, in bytes. */
export const CENTRAL_DIRECTORY_MAX_BYTES = 32 * MIB
/** Most coauthoring locks that one file may have at a time. */
export const COAUTH_LOCKS_MAX = 500
/**
 * Most bytes of CoauthLockMetadata that all coauthoring locks of one file may have together. Each change
 * of a lock writes and each reply tells all of them.
 */
export const COAUTH_TABLE_METADATA_MAX_BYTES = 256 * KIB
/** Longest value of a response header that carries words, in characters. */
export const HEADER_VALUE_MAX_CHARS = 1024
/** Size beyond which GetFile is refused when the client names none, in bytes. */
export const MAX_EXPECTED_SIZE_DEFAULT = 2_147_483_647
/** Most commas and opening brackets in one MessageJSON: what 16 MiB of chunks need, and no bomb. */
export const MESSAGE_JSON_MAX_TOKENS = 1_500_000
/** Longest name of a file without its extension, in characters: page "CheckFileInfo". */
export const FILE_NAME_MAX_CHARS = 250
/** Longest UserInfo, in bytes of ASCII: page "PutUserInfo". */
export const USER_INFO_MAX_BYTES = 1024
/** Deepest nesting of a MessageJSON; the protocol itself needs five levels. */
export const MESSAGE_JSON_MAX_DEPTH = 32

/** Largest file of settings that a client may store, in bytes: dictionaries have up to 30,000 words. */
export const SETTINGS_FILE_MAX_BYTES = 4 * 1024 * 1024
