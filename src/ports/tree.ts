import type { DocumentRecord } from './metadata/documents.ts'

/** A container as it is now. */
export interface TreeContainer {
  /** `[A-Za-z0-9_-]{1,128}`; part of its address for ever. A new name or parent does not change it. */
  containerId: string
  name: string
  ownerId: string
  /** `null` for the root. */
  parentId: string | null
}

/** A file as an entry of its container. */
export interface TreeFile {
  fileId: string
  /** With extension. */
  name: string
  /** In bytes. */
  size: number
  /** What CheckFileInfo answers as its Version. */
  version: string
  /** When the content last changed, in ms since 1970 UTC. */
  modifiedAt: number
}

/** What the tree can do with a file. Everything else answers NOT_SUPPORTED (501). */
export interface TreeAbilities {
  rename: boolean
  delete: boolean
  /** Put a new file beside it. */
  create: boolean
  /** Tell which container it is in. */
  containers: boolean
}

/** Why a file or container cannot have the wanted place. */
export type PlaceRefusal = 'name-taken' | 'container-gone'

/**
 * Containers and their entries. Names are unique in a container, without regard to case, and the
 * host passes only legal ones. Outcomes that a caller must expect are values. A rejection means
 * that the folders are broken.
 */
export interface Folders {
  /** The root container: one for all users, or one for each. */
  root(user: { userId: string }): Promise<TreeContainer>

  container(containerId: string): Promise<TreeContainer | undefined>

  /**
   * A container and its ancestors, the root first: the `limit` nearest to the container, itself
   * included. Empty when there is no such container.
   */
  path(containerId: string, limit: number): Promise<TreeContainer[]>

  /** The entry of this name in a container, or `undefined`. */
  find(
    containerId: string,
    name: string,
  ): Promise<{ containerId: string } | { fileId: string } | undefined>

  /**
   * Adds a file, or none when `content` throws. It should notice that a name is taken before it
   * pulls `content`, because only then can it try another name.
   *
   * @param file.containerId `null` for a file outside the tree, where names need not be unique
   * @param file.otherName returns another name to try when one is taken, or `undefined` when there
   *   is no other; without it, only `name` is tried
   * @returns the name that the file has now
   */
  createFile(file: {
    containerId: string | null
    name: string
    otherName?: () => string | undefined
    userId: string
    content: AsyncIterable<Uint8Array>
    signal?: AbortSignal
  }): Promise<{ ok: true; fileId: string; name: string } | { ok: false; reason: PlaceRefusal }>

  createContainer(container: {
    parentId: string
    name: string
    userId: string
  }): Promise<{ ok: true; container: TreeContainer } | { ok: false; reason: PlaceRefusal }>

  renameContainer(
    containerId: string,
    name: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'gone' | 'name-taken' }>

  /** Deletes an empty container. The root counts as not empty. */
  deleteContainer(
    containerId: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'gone' | 'not-empty' }>
}

/** Names and places of files and containers, as the host has them. */
export interface Tree extends Folders {
  /**
   * What this tree can do with a file; it never changes. CheckFileInfo promises no more than this.
   */
  can(file: DocumentRecord): TreeAbilities

  /** The container of a file, or `null` for a file outside the tree. */
  containerOf(file: DocumentRecord): Promise<string | null>

  /**
   * What is in a container, in the order of names: at most `limit` entries. Files that `wants` says no
   * to may be left out, and do not count then.
   */
  children(
    containerId: string,
    limit: number,
    wants?: (fileName: string) => boolean,
  ): Promise<{ containers: TreeContainer[]; files: TreeFile[] }>

  /**
   * Gives a file another name.
   *
   * @returns `changed` when the file or its locks differ from `file` by now
   */
  renameFile(
    file: DocumentRecord,
    name: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'changed' | 'name-taken' }>

  /**
   * Deletes a file; its name is free at once.
   *
   * @returns `changed` when the file or its locks differ from `file` by now
   */
  deleteFile(file: DocumentRecord): Promise<{ ok: true } | { ok: false; reason: 'changed' }>
}
