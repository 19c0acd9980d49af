import type { ChildRecord, Place } from '../../../ports/metadata-store.ts'
import type { PlaceRefusal } from '../../../ports/tree.ts'
import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'
import { DOCUMENT_COLUMNS, type DocumentRow, documentRecord } from './document-row.ts'

/** What has a name: a document goes by its key, a container by its containerId. */
export type Child = { kind: ChildRecord['kind']; id: string }

/** `childId` and what follows it are `null` for a document, and the other way round. */
type ChildRow = { nameKey: string; childName: string; childOwnerId: string } & (
  | { childId: string }
  | ({ childId: null } & DocumentRow)
)

const SELECT_CHILDREN = `
  SELECT name_key AS nameKey, containers.container_id AS childId, containers.name AS childName,
    containers.owner_id AS childOwnerId, ${DOCUMENT_COLUMNS}
  FROM names
    LEFT JOIN containers ON kind = 'container' AND containers.container_id = id
    LEFT JOIN documents ON kind = 'document' AND documents.key = id
  WHERE names.container_id = :containerId`

/** The commands about what is in a container. */
export function nameCommands(db: Database): Commands<'listChildren' | 'findChild'> {
  return {
    listChildren(_now, containerId, { after = '', limit }) {
      const rows = db.all<ChildRow>(
        `${SELECT_CHILDREN} AND name_key > :after ORDER BY name_key LIMIT :limit`,
        { containerId, after, limit },
      )
      return rows.map((row) => childRecord(containerId, row))
    },

    findChild(_now, containerId, nameKey) {
      const row = db.get<ChildRow>(`${SELECT_CHILDREN} AND name_key = :nameKey`, {
        containerId,
        nameKey,
      })
      return row && childRecord(containerId, row)
    },
  }
}

/**
 * Gives a child this place instead of the one that it has.
 *
 * @returns why not, with nothing changed
 */
export function moveName(db: Database, place: Place, child: Child): PlaceRefusal | undefined {
  const params = { ...place, ...child }
  // Inserts the name, or finds that the child has it already.
  const taken = db.run(
    `INSERT INTO names (container_id, name_key, kind, id)
     SELECT container_id, :nameKey, :kind, :id FROM containers WHERE container_id = :containerId
     ON CONFLICT (container_id, name_key) DO UPDATE SET id = excluded.id
       WHERE names.kind = excluded.kind AND names.id = excluded.id`,
    params,
  )
  if (taken === 0) return containerExists(db, place.containerId) ? 'name-taken' : 'container-gone'
  db.run(
    `DELETE FROM names WHERE kind = :kind AND id = :id
       AND (container_id <> :containerId OR name_key <> :nameKey)`,
    params,
  )
  return undefined
}

export function removeName(db: Database, child: Child): void {
  db.run('DELETE FROM names WHERE kind = :kind AND id = :id', child)
}

export function containerExists(db: Database, containerId: string): boolean {
  const sql = 'SELECT 1 FROM containers WHERE container_id = :containerId'
  return db.get(sql, { containerId }) !== undefined
}

function childRecord(parentId: string, row: ChildRow): ChildRecord {
  const { nameKey, childId, childName, childOwnerId, ...document } = row
  if (row.childId === null)
    return { nameKey, kind: 'document', document: documentRecord(document as DocumentRow) }
  const container = {
    containerId: row.childId,
    name: childName,
    ownerId: childOwnerId,
    parentId,
  }
  return { nameKey, kind: 'container', container }
}
