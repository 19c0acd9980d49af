import {
  blobSource,
  type DownloadResult,
  type DownloadSink,
  downloadDocument,
  type UploadProgress,
  type UploadResult,
  uploadDocument,
} from '../../src/client.ts'
import { openKeptState } from './kept-state.ts'

/** A document at its host. */
export interface Document {
  wopiSrc: string
  accessToken: string
}

/** Uploads a picked file, and goes on with what a reload or a crash broke off. */
export async function uploadFile(
  file: Blob,
  { wopiSrc, accessToken }: Document,
  onProgress?: (progress: UploadProgress) => void,
): Promise<UploadResult> {
  const kept = await openKeptState()
  return uploadDocument(blobSource(file), {
    wopiSrc,
    accessToken,
    state: await kept.read(wopiSrc),
    onState: (state) => kept.write(wopiSrc, state),
    onProgress,
  })
}

/**
 * Downloads into a file that the user chose, or one of the browser's own storage. The file gets its
 * new content when it is closed, so a broken download leaves the old one.
 */
export async function downloadTo(
  file: FileSystemFileHandle,
  { wopiSrc, accessToken }: Document,
): Promise<DownloadResult> {
  const older = await file.getFile()
  const writable = await file.createWritable()
  try {
    const base = blobSource(older)
    const result = await downloadDocument(sinkOf(writable), { wopiSrc, accessToken, base })
    await writable.close()
    return result
  } catch (error) {
    await writable.abort()
    throw error
  }
}

function sinkOf(file: FileSystemWritableFileStream): DownloadSink {
  return {
    start: (size) => file.truncate(size),
    write: (position, data) => file.write({ type: 'write', position, data }),
  }
}
