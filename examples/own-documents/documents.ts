import { randomUUID } from 'node:crypto'
import { parse } from 'node:path'
import type { DocumentSource, SavedDocument, SourceTree } from '../../src/index.ts'
import { RevisionGoneError } from '../../src/index.ts'
import { type DocumentRow, ROOT, type Storage, type StoredFile } from './storage.ts'

/** Hands the application's documents to wopikit, and takes its saves back. */
export function createSource(storage: Storage, tree: SourceTree): DocumentSource {
  const { database } = storage
  const byId = database.prepare('SELECT * FROM documents WHERE id = ?')
  const bySave = database.prepare('SELECT revision FROM revisions WHERE saveId = ?')

  return {
    revisions: 'immutable',
    tree,

    async find(fileId) {
      const row = byId.get(fileId) as DocumentRow | undefined
      if (!row) return undefined
      const { name, owner: ownerId, size, revision, folder: containerId } = row
      return { name, ownerId, size, revision, containerId }
    },

    async open(fileId, revision, { range, signal } = {}) {
      try {
        return await storage.read(revision, range, signal)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        throw new RevisionGoneError(fileId, revision, { cause: error })
      }
    },

    async onSaved(save) {
      // It may have come before: then its answer was lost.
      const known = bySave.get(save.saveId) as { revision: string } | undefined
      if (known) return { revision: known.revision }
      await using content = await save.open()
      const stored = await storage.store(content)
      return storage.transaction(() => enterSave(storage, save, stored))
    },

    onConflict({ fileId, revision, reason }) {
      console.warn(`${fileId} was changed to ${revision} while it was ${reason}`)
    },
  }
}

/**
 * Makes a stored file the newest revision of whatever has the one that the save is based on: the
 * document, or the copy that an earlier save of the same client has become. Where somebody has changed
 * the document past wopikit, the first save becomes that copy.
 */
function enterSave(
  storage: Storage,
  save: SavedDocument,
  stored: StoredFile,
): { revision: string } {
  const { database } = storage
  const { revision, size } = stored
  const updated = database
    .prepare(
      'UPDATE documents SET revision = ?, size = ?, changedAt = ? WHERE revision = ? RETURNING id',
    )
    .get(revision, size, Date.now(), save.baseRevision) as { id: string } | undefined
  const document = updated?.id ?? addCopy(storage, save, stored)
  database
    .prepare('INSERT INTO revisions VALUES (NULL, ?, ?, ?, ?, ?, ?)')
    .run(revision, document, save.saveId, save.version, save.userId, size)
  return { revision }
}

/** Adds a save of a document that was changed, or deleted, past wopikit. */
function addCopy(storage: Storage, save: SavedDocument, stored: StoredFile): string {
  const sql = 'SELECT * FROM documents WHERE id = ?'
  const changed = storage.database.prepare(sql).get(save.fileId) as DocumentRow | undefined
  const { name: stem, ext } = parse(changed?.name ?? save.fileId)
  // The saveId makes it a name that nothing else has.
  const name = `${stem}, saved by ${save.userId} (${save.saveId.slice(0, 8)})${ext}`
  const folder = changed?.folder ?? ROOT
  return addDocument(storage, { name, folder, owner: save.userId }, stored)
}

/** Adds a document of a stored file. */
export function addDocument(
  { database }: Storage,
  { name, folder, owner }: Pick<DocumentRow, 'name' | 'folder' | 'owner'>,
  { revision, size }: StoredFile,
): string {
  const id = randomUUID()
  database
    .prepare('INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(id, name, folder, owner, revision, size, Date.now())
  return id
}
