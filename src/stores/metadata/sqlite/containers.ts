import type { ContainerRecord, Place } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'
import { containerExists, moveName, removeName } from './names.ts'

type ContainerCommands = Commands<
  | 'ensureRootContainer'
  | 'createContainer'
  | 'readContainer'
  | 'listAncestors'
  | 'placeContainer'
  | 'deleteContainer'
>

const CONTAINER_COLUMNS =
  'container_id AS containerId, name, owner_id AS ownerId, parent_id AS parentId'

/** The commands about containers. */
export function containerCommands(db: Database): ContainerCommands {
  const readContainer = (containerId: string) =>
    db.get<ContainerRecord>(
      `SELECT ${CONTAINER_COLUMNS} FROM containers WHERE container_id = :containerId`,
      { containerId },
    )

  return {
    ensureRootContainer(_now, candidate) {
      const root = { ...candidate, parentId: null }
      insertContainer(db, root, 'ON CONFLICT DO NOTHING')
      const sql = `SELECT ${CONTAINER_COLUMNS} FROM containers WHERE parent_id IS NULL`
      return db.get<ContainerRecord>(sql) ?? root
    },

    createContainer(_now, { place, ...fields }) {
      const container = { ...fields, parentId: place.containerId }
      const { containerId } = container
      if (containerExists(db, containerId)) return { ok: false, reason: 'exists' }
      const refusal = moveName(db, place, { kind: 'container', id: containerId })
      if (refusal) return { ok: false, reason: refusal }

      insertContainer(db, container)
      return { ok: true, container }
    },

    readContainer: (_now, containerId) => readContainer(containerId),

    listAncestors: (_now, containerId, limit) =>
      db.all<ContainerRecord>(
        `WITH RECURSIVE path (id, parent, distance) AS (
           SELECT container_id, parent_id, 1 FROM containers
           WHERE container_id = :containerId AND :limit > 0
           UNION ALL
           SELECT container_id, parent_id, distance + 1
           FROM path JOIN containers ON container_id = parent WHERE distance < :limit
         )
         SELECT ${CONTAINER_COLUMNS} FROM path JOIN containers ON container_id = id
         ORDER BY distance DESC`,
        { containerId, limit },
      ),

    placeContainer(_now, containerId, { name, place }) {
      const container = readContainer(containerId)
      if (container === undefined) return { ok: false, reason: 'gone' }
      if ((container.parentId === null) !== (place === null)) return { ok: false, reason: 'cycle' }
      if (place && isWithin(db, place.containerId, containerId))
        return { ok: false, reason: 'cycle' }
      const refusal = place && moveName(db, place, { kind: 'container', id: containerId })
      if (refusal) return { ok: false, reason: refusal }

      moveContainer(db, containerId, name, place)
      return { ok: true }
    },

    deleteContainer(_now, containerId) {
      const deleted = db.run(
        `DELETE FROM containers WHERE container_id = :containerId AND parent_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM names WHERE names.container_id = :containerId)`,
        { containerId },
      )
      if (deleted === 0)
        return { ok: false, reason: containerExists(db, containerId) ? 'not-empty' : 'gone' }
      removeName(db, { kind: 'container', id: containerId })
      return { ok: true }
    },
  }
}

function insertContainer(db: Database, container: ContainerRecord, onConflict = ''): void {
  db.run(
    `INSERT INTO containers (container_id, name, owner_id, parent_id)
     VALUES (:containerId, :name, :ownerId, :parentId) ${onConflict}`,
    { ...container },
  )
}

function moveContainer(db: Database, containerId: string, name: string, place: Place | null): void {
  db.run(
    `UPDATE containers SET name = :name, parent_id = :parentId WHERE container_id = :containerId`,
    { containerId, name, parentId: place?.containerId ?? null },
  )
}

/** Whether a container is `ancestorId` or below it. */
function isWithin(db: Database, containerId: string, ancestorId: string): boolean {
  const found = db.get(
    `WITH RECURSIVE path (id) AS (
       SELECT :containerId
       UNION
       SELECT parent_id FROM path JOIN containers ON container_id = id
     )
     SELECT 1 FROM path WHERE id = :ancestorId`,
    { containerId, ancestorId },
  )
  return found !== undefined
}
