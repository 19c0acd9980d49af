import type { DocumentRecord } from './metadata/documents.ts'

/** A container as it is now. */
export interface TreeContainer {
  /** `[A-Za-z0-9_-]{1,128}`; part of its address for ever, whatever it is called and wherever it is. */
  containerId: string
  name: string
  ownerId: string
  /** `null` for the topmost one. */
  parentId: string | null
}

/** A file as it is listed in its container. */
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

/** What the tree can do with a file. A method that it cannot answers NOT_SUPPORTED (501). */
export interface TreeAbilities {
  rename: boolean
  delete: boolean
  /** Put a new file beside it. */
  create: boolean
  /** Say which container it is in. */
  containers: boolean
}

/** Why something could not be put where it was asked to be. */
export type PlaceRefusal = 'name-taken' | 'container-gone'

/**
 * Containers, and what is where. Names are unique in a container, without regard to case; whoever
 * calls has made them legal. Outcomes that a caller must expect are values; a rejection means that
 * names and places are broken.
 */
export interface Folders {
  /** The topmost container; the same for all users, or one of this user's own. */
  root(user: { userId: string }): Promise<TreeContainer>

  container(containerId: string): Promise<TreeContainer | undefined>

  /**
   * A container and those above it, the topmost first. At most `limit`, of which those next to the
   * container are kept; empty when there is no such container.
   */
  path(containerId: string, limit: number): Promise<TreeContainer[]>

  /** What has this name in a container, or `undefined`. */
  find(
    containerId: string,
    name: string,
  ): Promise<{ containerId: string } | { fileId: string } | undefined>

  /**
   * Adds a file. When `content` throws there is none. A name that is taken should be noticed before
   * `content` is pulled: only then another one can be tried.
   *
   * @param file.containerId `null` for a file outside of the tree, where names need not be unique
   * @param file.otherName asked for another name when one is taken, until it gives none; without it
   *   only `name` is tried
   * @returns the name that the file has got
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

  /** Deletes an empty container. The topmost one counts as not empty. */
  deleteContainer(
    containerId: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'gone' | 'not-empty' }>
}

/** Names and places of files and containers, as the host has them. */
export interface Tree extends Folders {
  /** The same for a file at all times; CheckFileInfo promises no more than that. */
  can(file: DocumentRecord): TreeAbilities

  /** The container that a file is in, or `null` for one outside of the tree. */
  containerOf(file: DocumentRecord): Promise<string | null>

  /** What is in a container, in the order of names: at most `limit` entries. */
  children(
    containerId: string,
    limit: number,
  ): Promise<{ containers: TreeContainer[]; files: TreeFile[] }>

  /**
   * Gives a file another name.
   *
   * @returns `changed` when the file or its locks are no longer what `file` says
   */
  renameFile(
    file: DocumentRecord,
    name: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'changed' | 'name-taken' }>

  /**
   * Deletes a file; its name is free at once.
   *
   * @returns `changed` when the file or its locks are no longer what `file` says
   */
  deleteFile(file: DocumentRecord): Promise<{ ok: true } | { ok: false; reason: 'changed' }>
}
