/** Operations by the property of CheckFileInfo that promises them. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  SupportsLocks: ['Lock', 'Unlock', 'RefreshLock', 'UnlockAndRelock'],
  SupportsGetLock: ['GetLock'],
  SupportsUpdate: ['PutFile', 'PutRelativeFile'],
  SupportsRename: ['RenameFile'],
  SupportsDeleteFile: ['DeleteFile'],
  SupportsUserInfo: ['PutUserInfo'],
  SupportsAddActivities: ['AddActivities'],
  SupportsCoauth: [
    'GetCoauthLock',
    'RefreshCoauthLock',
    'UnlockCoauthLock',
    'GetCoauthTable',
    'GetSequenceNumber',
    'GetChunkedFile',
    'PutChunkedFile',
    'GetChunks',
  ],
  SupportsResumableFileTransfer: ['CreateUploadSession', 'UpdateUploadSession'],
  SupportsContainers: [
    'CheckContainerInfo',
    'CreateChildContainer',
    'CreateChildFile',
    'DeleteContainer',
    'EnumerateAncestors',
    'EnumerateChildren',
    'GetRootContainer',
    'RenameContainer',
  ],
  SupportsEcosystem: ['CheckEcosystem', 'GetEcosystem'],
  SupportsGetFileWopiSrc: ['GetFileWopiSrc'],
}

/** How a host says that it does not have an operation. */
const NOT_THERE: readonly (number | undefined)[] = [501, 405]

/** The promise of CheckFileInfo that an answer breaks; `undefined` when it breaks none. */
export function brokenPromise(
  { operation, status }: { operation: string; status?: number },
  info: Readonly<Record<string, unknown>>,
): string | undefined {
  if (!NOT_THERE.includes(status)) return undefined
  const [property] =
    Object.entries(PROMISED).find(([, operations]) => operations.includes(operation)) ?? []
  return property !== undefined && info[property] === true ? property : undefined
}
