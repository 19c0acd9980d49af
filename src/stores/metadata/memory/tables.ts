import type {
  ActivityRecord,
  ContainerRecord,
  DocumentRecord,
  FragmentRecord,
  ManifestRecord,
  PackRef,
  Place,
  SessionRecord,
} from '../../../ports/metadata-store.ts'

export interface DocumentRow extends Omit<DocumentRecord, 'containerId'> {
  /** `null` outside of the tree. */
  place: Place | null
  referenceVersion: number
  /** Oldest first: the last one is the current one. */
  manifests: (ManifestRecord & { manifest: Uint8Array })[]
  /** Oldest first. */
  activities: ActivityRecord[]
  /** Oldest first: the others wait for the first one. */
  deliveries: DeliveryRow[]
}

export interface DeliveryRow {
  manifestId: string
  sequenceNumber: number
  userId: string
  savedAt: number
  attempts: number
  /** Counts once it is the first one. */
  dueAt: number
}

export interface ContainerRow extends Omit<ContainerRecord, 'parentId'> {
  /** `null` for the topmost one. */
  place: Place | null
  /** What is in it, by the key of its name. */
  children: Map<string, Child>
}

/** What has a name: a document goes by its key, a container by its containerId. */
export interface Child {
  kind: 'container' | 'document'
  id: string
}

export interface SessionRow extends SessionRecord {
  fragments: FragmentRecord[]
  /** Committed, and its fragments were removed. */
  emptied: boolean
}

export interface CondemnedPack {
  pack: PackRef
  condemnedAt: number
  doomed: boolean
}

/** When a document is to be looked at: the earliest and the latest time that was asked for. */
export interface DueRow {
  dueAt: number
  latest: number
}

/** What a database would hold. */
export interface Tables {
  /** By key. */
  documents: Map<string, DocumentRow>
  keysByFileId: Map<string, string>
  /** By containerId. */
  containers: Map<string, ContainerRow>
  /** By the hash of the token. */
  sessions: Map<string, SessionRow>
  /** By document key, then by pack key. */
  condemned: Map<string, Map<string, CondemnedPack>>
  /** By document key. */
  due: Map<string, DueRow>
  /** By userId. */
  userInfo: Map<string, string>
  secrets: Map<string, Uint8Array>
}

export function createTables(): Tables {
  return {
    documents: new Map(),
    keysByFileId: new Map(),
    containers: new Map(),
    sessions: new Map(),
    condemned: new Map(),
    due: new Map(),
    userInfo: new Map(),
    secrets: new Map(),
  }
}

export function anyDoomed(tables: Tables, documentKey: string, packs: readonly PackRef[]): boolean {
  const condemned = tables.condemned.get(documentKey)
  return packs.some((pack) => condemned?.get(pack.key)?.doomed)
}

/** Notes that the document names these packs from now on, which pardons them. */
export function namePacks(tables: Tables, document: DocumentRow, packs: readonly PackRef[]): void {
  document.referenceVersion += 1
  const condemned = tables.condemned.get(document.key)
  for (const pack of packs) condemned?.delete(pack.key)
}

export function putIntoQueue(tables: Tables, documentKey: string, dueAt: number): void {
  const row = tables.due.get(documentKey)
  if (row === undefined) {
    tables.due.set(documentKey, { dueAt, latest: dueAt })
    return
  }
  // Somebody may be looking at this document just now and settle `row.dueAt` afterwards: a second
  // wish for the very same instant has to be told apart from the first.
  row.latest = Math.max(row.latest, dueAt === row.latest ? dueAt + 1 : dueAt)
  row.dueAt = Math.min(row.dueAt, dueAt)
}
