import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { addDocument, createSource } from '../../examples/own-documents/documents.ts'
import { createTree } from '../../examples/own-documents/folders.ts'
import { openStorage, ROOT } from '../../examples/own-documents/storage.ts'
import type { SavedDocument } from '../../src/index.ts'

test('six autosaves after a change past wopikit become one copy', async () => {
  const data = await mkdtemp(join(tmpdir(), 'wopikit-policy-'))
  const storage = openStorage(data)
  const source = createSource(storage, createTree(storage))
  const first = await storage.store(content())
  const place = { name: 'a.docx', folder: ROOT, owner: 'ada' }
  const fileId = addDocument(storage, place, first)
  const { revision } = await storage.store(content())
  storage.database.prepare('UPDATE documents SET revision = ? WHERE id = ?').run(revision, fileId)

  let baseRevision = first.revision
  for (let version = 2; version < 8; version++) {
    const save = {
      fileId,
      saveId: `save-${version}`,
      version,
      baseRevision,
      userId: 'ada',
      size: 1,
    }
    const saved = { ...save, open: async () => Object.assign(content(), disposable) }
    const signal = AbortSignal.any([])
    baseRevision = (await source.onSaved(saved as SavedDocument, { signal })).revision
  }

  const rows = storage.database.prepare('SELECT id, revision FROM documents').all()
  assert.deepEqual(rows.map((row) => row.revision).toSorted(), [revision, baseRevision].toSorted())
  storage.database.close()
  await rm(data, { recursive: true })
})

const disposable = { async [Symbol.asyncDispose]() {} }

async function* content(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1)
}
