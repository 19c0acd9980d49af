/** Uploads in a Worker, so that the page stays quick while a large file is hashed. */
import { type Document, uploadFile } from './transfers.ts'

/** What the page sends. */
export interface UploadOrder {
  file: Blob
  document: Document
}

addEventListener('message', ({ data }: MessageEvent<UploadOrder>) => {
  uploadFile(data.file, data.document, (progress) => postMessage({ progress })).then(
    (result) => postMessage({ result }),
    // An Error loses its code on the way between Worker and page.
    ({ code, message }) => postMessage({ failure: { code, message } }),
  )
})
