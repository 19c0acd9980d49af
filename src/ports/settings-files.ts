import type { Grant } from './access.ts'
import type { OpenedBytes } from './blob-store.ts'

/** Whose settings they are: those of one user, or of all. */
export type SettingsScope = 'user' | 'shared'

/** One file of settings. */
export interface SettingsFileName {
  scope: SettingsScope
  /** As the editor calls it, such as `wordbook` or `autotext`: letters, digits, `_` and `-`. */
  category: string
  /** With extension; no path. */
  name: string
}

/** Who asks, and until when the answer is wanted. */
export interface SettingsRequest {
  /** Of the token, which may be for any document. Its permissions are about that document. */
  grant: Grant
  signal: AbortSignal
}

/**
 * Files in which Collabora keeps the settings of users: dictionaries, texts, the state of its panels.
 * The application implements it, and decides who may change those of all.
 */
export interface SettingsFiles {
  /** The files of this user, or those of all, each with a text that changes with its content. */
  list(
    scope: SettingsScope,
    request: SettingsRequest,
  ): Promise<readonly { category: string; name: string; stamp: string }[]>

  /** Opens a file, or resolves to `undefined` when there is none. */
  open(file: SettingsFileName, request: SettingsRequest): Promise<OpenedBytes | undefined>

  /**
   * Stores a file, over one of this name that is there already. When `content` throws, the file stays
   * as it was.
   *
   * @returns its stamp, or `undefined` when this user may not do so (404)
   */
  put(
    file: SettingsFileName,
    content: AsyncIterable<Uint8Array>,
    request: SettingsRequest,
  ): Promise<{ stamp: string } | undefined>

  /**
   * Deletes a file. Deleting one that is not there is no error.
   *
   * @returns `false` when this user may not do so (404)
   */
  delete(file: SettingsFileName, request: SettingsRequest): Promise<boolean>
}
