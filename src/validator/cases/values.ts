/** Values of cases: texts, documents, JSON and bodies, written down or saved from an earlier answer. */

/** A text, or the value that an earlier request of the same case has saved under a name. */
export type Text = string | { state: string }

/** A body of JSON; an object whose only member is `state` stands for a saved value. */
export type JsonTemplate =
  | string
  | number
  | boolean
  | null
  | readonly JsonTemplate[]
  | { readonly [name: string]: JsonTemplate }

/** Bytes of a document: written down, or by the id of a resource of the suite. */
export type Content = { text: string } | { bytes: Uint8Array } | { resource: string }

/** One frame of a body, well-formed or not: what is left out is computed. */
export interface RawFrame {
  /** FrameType on the wire: 1 EndFrame, 2 MessageJSON, 3 Chunk, 4 ChunkRange. */
  type: number
  extendedHeader?: Uint8Array
  payload?: { json: JsonTemplate } | Content
  /** In bytes; the true sizes when left out. */
  claims?: { extendedHeaderBytes?: number; payloadBytes?: number }
}

/** What a request carries. */
export type Body =
  | { text: Text }
  | { bytes: Uint8Array }
  | { resource: string }
  | { json: JsonTemplate }
  | { frames: readonly RawFrame[] }
