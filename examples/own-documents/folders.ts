import { randomUUID } from 'node:crypto'
import type { SourceTree, TreeContainer } from '../../src/index.ts'
import { addDocument } from './documents.ts'
import { type DocumentRow, type FolderRow, ROOT, type Storage } from './storage.ts'

type Row = DocumentRow & FolderRow

/** The application's folders, as wopikit's clients go along them. */
export function createTree(storage: Storage): SourceTree {
  const { database } = storage
  const sql = (text: string) => database.prepare(text)
  const one = (text: string, ...values: string[]) => sql(text).get(...values) as Row | undefined
  const all = (text: string, ...values: (string | number)[]) =>
    sql(text).all(...values) as unknown as Row[]

  const folder = (id: string) => one('SELECT * FROM folders WHERE id = ?', id)

  function find(parent: string, name: string) {
    const inFolder = one('SELECT id FROM folders WHERE parent = ? AND name = ?', parent, name)
    if (inFolder) return { containerId: inFolder.id }
    const file = one('SELECT id FROM documents WHERE folder = ? AND name = ?', parent, name)
    return file && { fileId: file.id }
  }

  /** Gives something a name in a folder, unless something else has it. */
  function rename(id: string, parent: string | null | undefined, name: string, text: string) {
    if (parent === undefined) return { ok: false, reason: 'gone' } as const
    const taken = parent === null ? undefined : find(parent, name)
    if (taken && !Object.values(taken).includes(id))
      return { ok: false, reason: 'name-taken' } as const
    sql(text).run(name, id)
    return { ok: true } as const
  }

  return {
    root: async () => asContainer(folder(ROOT) as Row),

    async container(id) {
      const row = folder(id)
      return row && asContainer(row)
    },

    async path(id, limit) {
      const path: TreeContainer[] = []
      for (let row = folder(id); row && path.length < limit; row = folder(row.parent ?? ''))
        path.unshift(asContainer(row))
      return path
    },

    async children(id, limit) {
      const folders = all('SELECT * FROM folders WHERE parent = ? ORDER BY name LIMIT ?', id, limit)
      const left = limit - folders.length
      const files = all('SELECT * FROM documents WHERE folder = ? ORDER BY name LIMIT ?', id, left)
      return {
        containers: folders.map(asContainer),
        files: files.map(({ id: fileId, name, size, changedAt: modifiedAt, revision }) => {
          return { fileId, name, size, modifiedAt, revision }
        }),
      }
    },

    find: async (id, name) => find(id, name),

    async createFile({ containerId, userId: owner, content, otherName, ...file }) {
      const parent = containerId ?? ROOT
      if (!otherName && find(parent, file.name)) return { ok: false, reason: 'name-taken' }
      const stored = await storage.store(content)
      if (!folder(parent)) return { ok: false, reason: 'container-gone' }
      for (let name: string | undefined = file.name; name !== undefined; name = otherName?.()) {
        if (find(parent, name)) continue
        const fileId = addDocument(storage, { name, folder: parent, owner }, stored)
        return { ok: true, fileId, name }
      }
      return { ok: false, reason: 'name-taken' }
    },

    async createContainer({ parentId: parent, name, userId: owner }) {
      if (!folder(parent)) return { ok: false, reason: 'container-gone' }
      if (find(parent, name)) return { ok: false, reason: 'name-taken' }
      const id = randomUUID()
      sql('INSERT INTO folders VALUES (?, ?, ?, ?)').run(id, name, parent, owner)
      return { ok: true, container: { containerId: id, name, ownerId: owner, parentId: parent } }
    },

    async renameFile(id, name) {
      const row = one('SELECT folder FROM documents WHERE id = ?', id)
      return rename(id, row?.folder, name, 'UPDATE documents SET name = ? WHERE id = ?')
    },

    async deleteFile(id) {
      sql('DELETE FROM documents WHERE id = ?').run(id)
    },

    renameContainer: async (id, name) =>
      rename(id, folder(id)?.parent, name, 'UPDATE folders SET name = ? WHERE id = ?'),

    async deleteContainer(id) {
      const row = folder(id)
      if (!row) return { ok: false, reason: 'gone' }
      const child =
        one('SELECT id FROM folders WHERE parent = ?', id) ??
        one('SELECT id FROM documents WHERE folder = ?', id)
      if (child || row.parent === null) return { ok: false, reason: 'not-empty' }
      sql('DELETE FROM folders WHERE id = ?').run(id)
      return { ok: true }
    },
  }
}

function asContainer({ id, name, owner, parent }: FolderRow): TreeContainer {
  return { containerId: id, name, ownerId: owner, parentId: parent }
}
