import { checkFileInfo } from './check-file-info.ts'
import { createUploadSession } from './create-upload-session.ts'
import { getChunkedFile } from './get-chunked-file.ts'
import { getChunks } from './get-chunks.ts'
import { getCoauthLock } from './get-coauth-lock.ts'
import { getCoauthTable } from './get-coauth-table.ts'
import { getFile } from './get-file.ts'
import { getLock } from './get-lock.ts'
import { getSequenceNumber } from './get-sequence-number.ts'
import { lock } from './lock.ts'
import type { Operation } from './operation.ts'
import { putChunkedFile } from './put-chunked-file.ts'
import { putFile } from './put-file.ts'
import { refreshCoauthLock } from './refresh-coauth-lock.ts'
import { refreshLock } from './refresh-lock.ts'
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
]
