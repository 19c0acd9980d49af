import type { DocumentRecord } from './documents.ts'
import type { Place } from './place.ts'

/** The tree of containers, and the names in it. */
export interface FolderStore {
  /** Returns the root container. If there is none yet, `candidate` becomes it. */
  ensureRootContainer(candidate: {
    containerId: string
    name: string
    ownerId: string
  }): Promise<ContainerRecord>

  /**
   * Adds an empty container.
   *
   * @returns `exists` when the containerId is taken; `name-taken` when the parent already has
   *   something of this name; `container-gone` when there is no such parent
   */
  createContainer(
    container: NewContainer,
  ): Promise<
    | { ok: true; container: ContainerRecord }
    | { ok: false; reason: 'exists' | 'name-taken' | 'container-gone' }
  >

  /** A container, or `undefined`. */
  readContainer(containerId: string): Promise<ContainerRecord | undefined>

  /**
   * A container and its ancestors, the root first: the `limit` nearest to the container, itself
   * included.
   */
  listAncestors(containerId: string, limit: number): Promise<ContainerRecord[]>

  /**
   * The entries of a container, in the order of the code points of `nameKey`, starting after
   * `after`.
   */
  listChildren(containerId: string, page: { after?: string; limit: number }): Promise<ChildRecord[]>

  /** The entry of this name in a container, or `undefined`. */
  findChild(containerId: string, nameKey: string): Promise<ChildRecord | undefined>

  /**
   * Gives a container another name, another parent, or both. Its containerId stays. The root has no
   * place, and every other container has one.
   *
   * @returns `gone` when there is no such container; `container-gone` when there is no such parent;
   *   `cycle` when the parent is the container itself or below it, when the root gets a place, and
   *   when another container gets none; `name-taken` when the parent has something else of this name
   */
  placeContainer(
    containerId: string,
    to: { name: string; place: Place | null },
  ): Promise<
    { ok: true } | { ok: false; reason: 'gone' | 'name-taken' | 'container-gone' | 'cycle' }
  >

  /**
   * Deletes an empty container.
   *
   * @returns `not-empty` also for the root, which stays
   */
  deleteContainer(
    containerId: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'gone' | 'not-empty' }>
}

export interface ContainerRecord {
  containerId: string
  name: string
  ownerId: string
  /** `null` for the root. */
  parentId: string | null
}

export interface NewContainer {
  /** `[A-Za-z0-9_-]{1,128}`; part of its address for ever. */
  containerId: string
  name: string
  ownerId: string
  place: Place
}

/** One entry of a container. */
export type ChildRecord = { nameKey: string } & (
  | { kind: 'container'; container: ContainerRecord }
  | { kind: 'document'; document: DocumentRecord }
)
