import type { ChildRecord, ContainerRecord, Place } from '../../../ports/metadata-store.ts'
import type { PlaceRefusal } from '../../../ports/tree.ts'
import type { Commands } from '../commands.ts'
import { documentRecord } from './document-record.ts'
import type { Child, ContainerRow, DocumentRow, Tables } from './tables.ts'

/** The commands about what is in a container. */
export function nameCommands(tables: Tables): Commands<'listChildren' | 'findChild'> {
  return {
    listChildren(_now, containerId, { after = '', limit }) {
      const children = [...(tables.containers.get(containerId)?.children ?? [])]
      return children
        .filter(([nameKey]) => compareNames(nameKey, after) > 0)
        .sort(([a], [b]) => compareNames(a, b))
        .slice(0, limit)
        .map(([nameKey, child]) => childRecord(tables, nameKey, child))
    },

    findChild(_now, containerId, nameKey) {
      const child = tables.containers.get(containerId)?.children.get(nameKey)
      return child && childRecord(tables, nameKey, child)
    },
  }
}

/**
 * Gives a child this place instead of the one that it has, in the tables but not in its row.
 *
 * @returns why not, with nothing changed
 */
export function moveName(
  tables: Tables,
  place: Place,
  child: Child,
  former: Place | null,
): PlaceRefusal | undefined {
  const children = tables.containers.get(place.containerId)?.children
  if (children === undefined) return 'container-gone'
  const other = children.get(place.nameKey)
  if (other && (other.kind !== child.kind || other.id !== child.id)) return 'name-taken'
  removeName(tables, former)
  children.set(place.nameKey, child)
  return undefined
}

export function removeName(tables: Tables, place: Place | null): void {
  if (place) tables.containers.get(place.containerId)?.children.delete(place.nameKey)
}

/** A container as the port knows it. */
export function containerRecord(row: ContainerRow): ContainerRecord {
  const { children: _children, place, ...record } = row
  return { ...record, parentId: place?.containerId ?? null }
}

function childRecord(tables: Tables, nameKey: string, { kind, id }: Child): ChildRecord {
  if (kind === 'container')
    return { nameKey, kind, container: containerRecord(tables.containers.get(id) as ContainerRow) }
  return { nameKey, kind, document: documentRecord(tables.documents.get(id) as DocumentRow) }
}

/** By code points, which is not how JavaScript compares. */
function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
