import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { addDocument, createSource } from '../../examples/own-documents/documents.ts'
import { createTree } from '../../examples/own-documents/folders.ts'
import { openStorage, ROOT } from '../../examples/own-documents/storage.ts'
import { describeDocumentSource } from '../../src/testing.ts'

describeDocumentSource({ describe, test }, 'the example own-documents', async () => {
  const data = await mkdtemp(join(tmpdir(), 'wopikit-source-'))
  const storage = openStorage(data)
  const first = await storage.store(contentOf(new Uint8Array(100).fill(7)))
  const place = { name: 'report.docx', folder: ROOT, owner: 'ada' }
  const fileId = addDocument(storage, place, first)
  return {
    source: createSource(storage, createTree(storage)),
    fileId,
    async change(bytes) {
      const { revision, size } = await storage.store(contentOf(bytes))
      storage.database
        .prepare('UPDATE documents SET revision = ?, size = ? WHERE id = ?')
        .run(revision, size, fileId)
    },
    async close() {
      storage.database.close()
      await rm(data, { recursive: true })
    },
  }
})

async function* contentOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
