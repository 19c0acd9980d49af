import type { ChildRecord } from '../../../ports/metadata/folders.ts'
import type { Place } from '../../../ports/metadata/place.ts'
import type { PlaceRefusal } from '../../../ports/tree.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { DOCUMENT_COLUMNS, type DocumentRow, documentRecord } from './document-row.ts'

/** What has a name: a document goes by its key, a container by its containerId. */
export type Child = { kind: ChildRecord['kind']; id: string }

/** `childId` and what follows it are `null` for a document, and the other way round. */
type ChildRow = { nameKey: string; childName: string; childOwnerId: string } & (
  | { childId: string }
  | ({ childId: null } & DocumentRow)
)

const SELECT_CHILDREN = `
  SELECT name_key, containers.container_id AS child_id, containers.name AS child_name,
    containers.owner_id AS child_owner_id, ${DOCUMENT_COLUMNS}
  FROM names
    LEFT JOIN containers ON kind = 'container' AND containers.container_id = id
    LEFT JOIN documents ON kind = 'document' AND documents.key = id
  WHERE names.container_id = :containerId`

/** The commands about what is in a container. */
export function nameCommands(db: SqlDatabase): Commands<'listChildren' | 'findChild'> {
  return {
    async listChildren(_now, containerId, { after = '', limit }) {
      const rows = await db.all<ChildRow>(
        `${SELECT_CHILDREN} AND name_key > :after ORDER BY name_key LIMIT :limit`,
        { containerId, after, limit },
      )
      return rows.map((row) => childRecord(containerId, row))
    },

    async findChild(_now, containerId, nameKey) {
      const row = await db.get<ChildRow>(`${SELECT_CHILDREN} AND name_key = :nameKey`, {
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
export async function moveName(
  db: SqlDatabase,
  place: Place,
  child: Child,
): Promise<PlaceRefusal | undefined> {
  const params = { ...place, ...child }
  // Inserts the name, or finds that the child has it already.
  const taken = await db.run(
    `INSERT INTO names (container_id, name_key, kind, id)
     SELECT container_id, :nameKey, :kind, :id FROM containers WHERE container_id = :containerId
     ON CONFLICT (container_id, name_key) DO UPDATE SET id = excluded.id
       WHERE names.kind = excluded.kind AND names.id = excluded.id`,
    params,
  )
  if (taken === 0)
    return (await containerExists(db, place.containerId)) ? 'name-taken' : 'container-gone'
  await db.run(
    `DELETE FROM names WHERE kind = :kind AND id = :id
       AND (container_id <> :containerId OR name_key <> :nameKey)`,
    params,
  )
  return undefined
}

export async function removeName(db: SqlDatabase, child: Child): Promise<void> {
  await db.run('DELETE FROM names WHERE kind = :kind AND id = :id', child)
}

export async function containerExists(db: SqlDatabase, containerId: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM containers WHERE container_id = :containerId'
  return (await db.get(sql, { containerId })) !== undefined
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
