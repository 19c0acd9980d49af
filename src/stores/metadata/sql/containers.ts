import type { ContainerRecord } from '../../../ports/metadata/folders.ts'
import type { Place } from '../../../ports/metadata/place.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { containerExists, moveName, removeName } from './names.ts'

type ContainerCommands = Commands<
  | 'ensureRootContainer'
  | 'createContainer'
  | 'readContainer'
  | 'listAncestors'
  | 'placeContainer'
  | 'deleteContainer'
>

const CONTAINER_COLUMNS = 'container_id, name, owner_id, parent_id'

/** The commands about containers. */
export function containerCommands(db: SqlDatabase): ContainerCommands {
  const readContainer = (containerId: string) =>
    db.get<ContainerRecord>(
      `SELECT ${CONTAINER_COLUMNS} FROM containers WHERE container_id = :containerId`,
      { containerId },
    )

  return {
    async ensureRootContainer(_now, candidate) {
      const root = { ...candidate, parentId: null }
      await insertContainer(db, root, 'ON CONFLICT DO NOTHING')
      const sql = `SELECT ${CONTAINER_COLUMNS} FROM containers WHERE parent_id IS NULL`
      return (await db.get<ContainerRecord>(sql)) ?? root
    },

    async createContainer(_now, { place, ...fields }) {
      const container = { ...fields, parentId: place.containerId }
      const { containerId } = container
      if (await containerExists(db, containerId)) return { ok: false, reason: 'exists' }
      const refusal = await moveName(db, place, { kind: 'container', id: containerId })
      if (refusal) return { ok: false, reason: refusal }

      await insertContainer(db, container)
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

    async placeContainer(_now, containerId, { name, place }) {
      const container = await readContainer(containerId)
      if (container === undefined) return { ok: false, reason: 'gone' }
      if ((container.parentId === null) !== (place === null)) return { ok: false, reason: 'cycle' }
      if (place && (await isWithin(db, place.containerId, containerId)))
        return { ok: false, reason: 'cycle' }
      const refusal = place && (await moveName(db, place, { kind: 'container', id: containerId }))
      if (refusal) return { ok: false, reason: refusal }

      await moveContainer(db, containerId, name, place)
      return { ok: true }
    },

    async deleteContainer(_now, containerId) {
      const deleted = await db.run(
        `DELETE FROM containers WHERE container_id = :containerId AND parent_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM names WHERE names.container_id = :containerId)`,
        { containerId },
      )
      if (deleted === 0)
        return {
          ok: false,
          reason: (await containerExists(db, containerId)) ? 'not-empty' : 'gone',
        }
      await removeName(db, { kind: 'container', id: containerId })
      return { ok: true }
    },
  }
}

async function insertContainer(
  db: SqlDatabase,
  container: ContainerRecord,
  onConflict = '',
): Promise<void> {
  await db.run(
    `INSERT INTO containers (container_id, name, owner_id, parent_id)
     VALUES (:containerId, :name, :ownerId, :parentId) ${onConflict}`,
    { ...container },
  )
}

async function moveContainer(
  db: SqlDatabase,
  containerId: string,
  name: string,
  place: Place | null,
): Promise<void> {
  await db.run(
    `UPDATE containers SET name = :name, parent_id = :parentId WHERE container_id = :containerId`,
    { containerId, name, parentId: place?.containerId ?? null },
  )
}

/** Whether a container is `ancestorId` or below it. */
async function isWithin(
  db: SqlDatabase,
  containerId: string,
  ancestorId: string,
): Promise<boolean> {
  const found = await db.get(
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
