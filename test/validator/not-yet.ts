/**
 * Cases of the suite `clients` that this host does not pass yet: tests leave them out. Whoever mends
 * one deletes its line.
 */
export const NOT_YET: ReadonlySet<string> = new Set([
  'ClientSaves.TimesInReplies',
  'ClientTimes.TimesOfSaves',
  'UnlockedSaves.WithoutLock',
  'ClientReplies.UserCanNotWriteRelative',
  'ClientRenames.Url',
  'ClientRenames.LastModifiedTime',
])
