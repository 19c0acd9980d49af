import { bootstrap } from './bootstrapper/bootstrap.ts'
import { bootstrapFileWopiSrc } from './bootstrapper/bootstrap-file-wopi-src.ts'
import { bootstrapRootContainer } from './bootstrapper/bootstrap-root-container.ts'
import { getNewAccessToken } from './bootstrapper/get-new-access-token.ts'
import { checkContainerInfo } from './containers/check-container-info.ts'
import { createChildContainer } from './containers/create-child-container.ts'
import { createChildFile } from './containers/create-child-file.ts'
import { deleteContainer } from './containers/delete-container.ts'
import { enumerateChildren } from './containers/enumerate-children.ts'
import { enumerateContainerAncestors } from './containers/enumerate-container-ancestors.ts'
import { getContainerEcosystem } from './containers/get-container-ecosystem.ts'
import { getContainerShareUrl } from './containers/get-container-share-url.ts'
import { renameContainer } from './containers/rename-container.ts'
import { checkEcosystem } from './ecosystem/check-ecosystem.ts'
import { getFileWopiSrc } from './ecosystem/get-file-wopi-src.ts'
import { getRootContainer } from './ecosystem/get-root-container.ts'
import { addActivities } from './files/add-activities.ts'
import { checkFileInfo } from './files/check-file-info.ts'
import { createUploadSession } from './files/create-upload-session.ts'
import { deleteFile } from './files/delete-file.ts'
import { download } from './files/download.ts'
import { enumerateAncestors } from './files/enumerate-ancestors.ts'
import { getChunkedFile } from './files/get-chunked-file.ts'
import { getChunks } from './files/get-chunks.ts'
import { getCoauthLock } from './files/get-coauth-lock.ts'
import { getCoauthTable } from './files/get-coauth-table.ts'
import { getEcosystem } from './files/get-ecosystem.ts'
import { getFile } from './files/get-file.ts'
import { getLock } from './files/get-lock.ts'
import { getSequenceNumber } from './files/get-sequence-number.ts'
import { getShareUrl } from './files/get-share-url.ts'
import { lock } from './files/lock.ts'
import { putChunkedFile } from './files/put-chunked-file.ts'
import { putFile } from './files/put-file.ts'
import { putRelativeFile } from './files/put-relative-file.ts'
import { putUserInfo } from './files/put-user-info.ts'
import { refreshCoauthLock } from './files/refresh-coauth-lock.ts'
import { refreshLock } from './files/refresh-lock.ts'
import { renameFile } from './files/rename-file.ts'
import { unlock } from './files/unlock.ts'
import { unlockAndRelock } from './files/unlock-and-relock.ts'
import { unlockCoauthLock } from './files/unlock-coauth-lock.ts'
import { updateUploadSession } from './files/update-upload-session.ts'
import { deleteSettingsFile } from './settings/delete-settings-file.ts'
import { getSettingsFile } from './settings/get-settings-file.ts'
import { listSettings } from './settings/list-settings.ts'
import { putSettingsFile } from './settings/put-settings-file.ts'
import type { Operation } from './shared/operation.ts'

/** Every operation of the host. Dispatch, metrics and documentation are derived from this table. */
export const OPERATIONS: readonly Operation[] = [
  checkFileInfo,
  getFile,
  putFile,
  // Before Lock, with which it shares an override.
  unlockAndRelock,
  lock,
  getLock,
  refreshLock,
  unlock,
  getCoauthLock,
  refreshCoauthLock,
  unlockCoauthLock,
  getCoauthTable,
  getSequenceNumber,
  getChunkedFile,
  getChunks,
  putChunkedFile,
  createUploadSession,
  updateUploadSession,
  putRelativeFile,
  renameFile,
  deleteFile,
  putUserInfo,
  getShareUrl,
  addActivities,
  download,
  enumerateAncestors,
  getEcosystem,
  checkContainerInfo,
  createChildContainer,
  createChildFile,
  deleteContainer,
  renameContainer,
  enumerateChildren,
  enumerateContainerAncestors,
  getContainerEcosystem,
  getContainerShareUrl,
  checkEcosystem,
  getRootContainer,
  getFileWopiSrc,
  getNewAccessToken,
  bootstrapRootContainer,
  bootstrapFileWopiSrc,
  // After the shortcuts: it answers those that nobody knows.
  bootstrap,
  listSettings,
  deleteSettingsFile,
  putSettingsFile,
  getSettingsFile,
]
