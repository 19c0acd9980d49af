import type { ContainerRecord } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import { containerRecord, moveName, removeName } from './names.ts'
import type { ContainerRow, Tables } from './tables.ts'

type ContainerCommands = Commands<
  | 'ensureRootContainer'
  | 'createContainer'
  | 'readContainer'
  | 'listAncestors'
  | 'placeContainer'
  | 'deleteContainer'
>

/** The commands about containers. */
export function containerCommands(tables: Tables): ContainerCommands {
  const { containers } = tables

  return {
    ensureRootContainer(_now, candidate) {
      const rows = [...containers.values()]
      const root = rows.find(({ place }) => place === null) ?? emptyContainer(candidate)
      containers.set(root.containerId, root)
      return containerRecord(root)
    },

    createContainer(_now, { place, ...fields }) {
      const { containerId } = fields
      if (containers.has(containerId)) return { ok: false, reason: 'exists' }
      const refusal = moveName(tables, place, { kind: 'container', id: containerId }, null)
      if (refusal) return { ok: false, reason: refusal }

      const row = { ...emptyContainer(fields), place: { ...place } }
      containers.set(containerId, row)
      return { ok: true, container: containerRecord(row) }
    },

    readContainer(_now, containerId) {
      const row = containers.get(containerId)
      return row && containerRecord(row)
    },

    listAncestors: (_now, containerId, limit) =>
      pathTo(tables, containerId).slice(0, limit).map(containerRecord).reverse(),

    placeContainer(_now, containerId, { name, place }) {
      const row = containers.get(containerId)
      if (row === undefined) return { ok: false, reason: 'gone' }
      if ((row.place === null) !== (place === null)) return { ok: false, reason: 'cycle' }
      if (place && pathTo(tables, place.containerId).includes(row))
        return { ok: false, reason: 'cycle' }
      const child = { kind: 'container', id: containerId } as const
      const refusal = place && moveName(tables, place, child, row.place)
      if (refusal) return { ok: false, reason: refusal }

      row.name = name
      row.place = place && { ...place }
      return { ok: true }
    },

    deleteContainer(_now, containerId) {
      const row = containers.get(containerId)
      if (row === undefined) return { ok: false, reason: 'gone' }
      if (row.place === null || row.children.size > 0) return { ok: false, reason: 'not-empty' }
      removeName(tables, row.place)
      containers.delete(containerId)
      return { ok: true }
    },
  }
}

function emptyContainer(fields: Omit<ContainerRecord, 'parentId'>): ContainerRow {
  const { containerId, name, ownerId } = fields
  return { containerId, name, ownerId, place: null, children: new Map() }
}

/** A container and those above it, the topmost last. */
function pathTo({ containers }: Tables, containerId: string): ContainerRow[] {
  const path: ContainerRow[] = []
  let row = containers.get(containerId)
  while (row) {
    path.push(row)
    row = row.place ? containers.get(row.place.containerId) : undefined
  }
  return path
}
