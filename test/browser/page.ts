/** What the tests call in the page: the examples, as an application would use them. */

import { type Document, downloadTo, uploadFile } from '../../examples/browser/transfers.ts'
import { chunkIdOf } from '../../src/protocol.ts'

const violations: string[] = []
addEventListener('securitypolicyviolation', ({ blockedURI }) => violations.push(blockedURI))

const TESTED = {
  violations: () => violations,

  upload: (document: Document) => told(uploadFile(pickedFile(), document)),

  uploadInWorker(document: Document) {
    const worker = new Worker('/worker.js', { type: 'module' })
    return new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        if (!data.progress) resolve(data)
      }
      worker.onerror = ({ message }) => resolve({ failure: { message } })
      worker.postMessage({ file: pickedFile(), document })
    })
  },

  /** Downloads twice into the browser's own storage: the second time nothing should travel. */
  async downloadTwice(document: Document) {
    const folder = await navigator.storage.getDirectory()
    const file = await folder.getFileHandle('downloaded.bin', { create: true })
    const first = await downloadTo(file, document)
    const second = await downloadTo(file, document)
    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer())
    const received = [first.bytesReceived, second.bytesReceived]
    return { received, size: bytes.length, chunkId: chunkIdOf(bytes) }
  },
}

export type Tested = typeof TESTED
Object.assign(globalThis, { tested: TESTED })

function pickedFile(): File {
  const file = document.querySelector('input')?.files?.[0]
  if (!file) throw new Error('no file was picked')
  return file
}

async function told(work: Promise<object>): Promise<object> {
  return work.then(
    (result) => ({ result }),
    ({ code, message }) => ({ failure: { code, message } }),
  )
}
