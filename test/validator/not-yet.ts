/**
 * Cases of the suite `clients` that this host does not pass yet: tests leave them out. Whoever mends
 * one deletes its line.
 */
export const NOT_YET: ReadonlySet<string> = new Set([
  'ClientSaves.PipelinedSaves',
  'ClientSaves.PipelinedLockAndSave',
  'ClientSaves.GzipBody',
  'ClientSaves.UnknownEncoding',
  'ClientSaves.TimesInReplies',
  'ClientTimes.TimesOfSaves',
  'UnlockedSaves.WithoutLock',
  'ClientHttp.AbsoluteForm',
  'ClientHttp.HeadOfCheckFileInfo',
  'ClientHttp.HeadOfContent',
  'ClientFileUrl.HeadOfFileUrl',
  'ClientCache.SameContent',
  'ClientCache.ChangedContent',
  'ClientFileUrlCache.SameContent',
  'ClientTokens.LastBit',
  'ClientReplies.UserCanNotWriteRelative',
  'ClientRenames.Url',
  'ClientRenames.LastModifiedTime',
])
