import { addActivities } from './add-activities.ts'
import { bootstrap } from './bootstrap.ts'
import { bootstrapFileWopiSrc } from './bootstrap-file-wopi-src.ts'
import { bootstrapRootContainer } from './bootstrap-root-container.ts'
import { checkContainerInfo } from './check-container-info.ts'
import { checkEcosystem } from './check-ecosystem.ts'
import { checkFileInfo } from './check-file-info.ts'
import { createChildContainer } from './create-child-container.ts'
import { createChildFile } from './create-child-file.ts'
import { createUploadSession } from './create-upload-session.ts'
import { deleteContainer } from './delete-container.ts'
import { deleteFile } from './delete-file.ts'
import { download } from './download.ts'
import { enumerateAncestors } from './enumerate-ancestors.ts'
import { enumerateChildren } from './enumerate-children.ts'
import { enumerateContainerAncestors } from './enumerate-container-ancestors.ts'
import { getChunkedFile } from './get-chunked-file.ts'
import { getChunks } from './get-chunks.ts'
import { getCoauthLock } from './get-coauth-lock.ts'
import { getCoauthTable } from './get-coauth-table.ts'
import { getContainerEcosystem } from './get-container-ecosystem.ts'
import { getContainerShareUrl } from './get-container-share-url.ts'
import { getEcosystem } from './get-ecosystem.ts'
import { getFile } from './get-file.ts'
import { getFileWopiSrc } from './get-file-wopi-src.ts'
import { getLock } from './get-lock.ts'
import { getNewAccessToken } from './get-new-access-token.ts'
import { getRootContainer } from './get-root-container.ts'
import { getSequenceNumber } from './get-sequence-number.ts'
import { getShareUrl } from './get-share-url.ts'
import { lock } from './lock.ts'
import type { Operation } from './operation.ts'
import { putChunkedFile } from './put-chunked-file.ts'
import { putFile } from './put-file.ts'
import { putRelativeFile } from './put-relative-file.ts'
import { putUserInfo } from './put-user-info.ts'
import { refreshCoauthLock } from './refresh-coauth-lock.ts'
import { refreshLock } from './refresh-lock.ts'
import { renameContainer } from './rename-container.ts'
import { renameFile } from './rename-file.ts'
import { unlock } from './unlock.ts'
import { unlockAndRelock } from './unlock-and-relock.ts'
import { unlockCoauthLock } from './unlock-coauth-lock.ts'
import { updateUploadSession } from './update-upload-session.ts'

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
]
