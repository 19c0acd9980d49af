import assert from 'node:assert/strict'
import type { ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import type { DocumentSource, SavedDocument, SourceDocument } from '../../ports/document-source.ts'
import { inPieces, join, someBytes } from '../blobs/context.ts'

/** A source to be tested, and a document that it has. */
export interface OpenedDocumentSource {
  source: DocumentSource
  /** Of a document with any content. */
  fileId: string
  /**
   * The application's own edit: gives the document this content, past the host. Without it, another
   * save takes its place.
   */
  change?(bytes: Uint8Array): Promise<unknown>
  /** Called after each test. */
  close?(): Promise<void>
}

/** Registers a test that gets a fresh source. */
export type SourceContractTest = (
  name: string,
  body: (opened: OpenedDocumentSource) => Promise<void>,
) => void

/** Long enough for several pieces of most sources, in bytes. */
export const LENGTH = 300_000
/** How many entries of a folder the suite looks at. */
const MOST_ENTRIES = 10_000

const never = () => new AbortController().signal

let lastSave = 0

/** A save as the host hands it over, with a count of the contents that are open. */
export function newSave(
  fileId: string,
  baseRevision: string,
  bytes: Uint8Array,
  changes: Partial<SavedDocument> = {},
) {
  let openContents = 0
  lastSave += 1
  const save: SavedDocument = {
    fileId,
    saveId: `contract-${Date.now()}-${lastSave}`,
    version: lastSave + 1,
    baseRevision,
    userId: 'alice',
    size: bytes.length,
    async open(range) {
      openContents += 1
      const close = () => {
        openContents -= 1
      }
      return closing(inPieces(bytes.slice(range?.start, range?.end), 64_000), close)
    },
    ...changes,
  }
  return { save, openContents: () => openContents }
}

/** Content that calls `close` when it is disposed first. */
function closing(content: AsyncGenerator<Uint8Array>, close: () => void): OpenedBytes {
  let isOpen = true
  return {
    [Symbol.asyncIterator]: () => content,
    async [Symbol.asyncDispose]() {
      if (isOpen) close()
      isOpen = false
    },
  }
}

/** Hands a save over and checks the form of the answer. */
export async function deliver(
  source: DocumentSource,
  save: SavedDocument,
  signal: AbortSignal = never(),
): Promise<string> {
  const { revision } = await source.onSaved(save, { signal })
  assertRevision(revision)
  return revision
}

/** Saves over the newest revision. */
export async function saveOver(
  { source, fileId }: OpenedDocumentSource,
  bytes: Uint8Array,
): Promise<string> {
  const { revision } = await found(source, fileId)
  return deliver(source, newSave(fileId, revision, bytes).save)
}

/** Changes the document past the host, or by another save where the author gives no `change`. */
export async function changePastHost(
  opened: OpenedDocumentSource,
  bytes: Uint8Array,
): Promise<void> {
  if (opened.change) await opened.change(bytes)
  else await saveOver(opened, bytes)
}

export async function found(source: DocumentSource, fileId: string): Promise<SourceDocument> {
  const document = await source.find(fileId, { signal: never() })
  assert.ok(document, `find must know document ${fileId}, but it returned ${document}`)
  return document
}

export async function readRevision(
  source: DocumentSource,
  fileId: string,
  revision: string,
  range?: ByteRange,
): Promise<Uint8Array> {
  await using opened = await source.open(fileId, revision, { ...(range && { range }) })
  const pieces: Uint8Array[] = []
  for await (const piece of opened) pieces.push(new Uint8Array(piece))
  return join(pieces)
}

/** Compares contents without printing them. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: another number of bytes`)
  assert.ok(Buffer.compare(actual, expected) === 0, `${what}: other bytes`)
}

/** `find` tells this revision with the size of these bytes, and `open` gives them. */
export async function assertNewest(
  { source, fileId }: OpenedDocumentSource,
  revision: string,
  bytes: Uint8Array,
): Promise<void> {
  const document = await found(source, fileId)
  assert.equal(document.revision, revision, 'find must tell the newest revision')
  assert.equal(document.size, bytes.length, 'find must tell the size of the newest revision')
  assertBytes(await readRevision(source, fileId, revision), bytes, `open of ${revision}`)
}

export function assertRevision(revision: unknown): void {
  assert.equal(typeof revision, 'string', 'A revision must be text')
  const { length } = revision as string
  assert.ok(
    length >= 1 && length <= 1024,
    `A revision must have 1 to 1024 characters, not ${length}`,
  )
}

/** How many documents are in the folder of the document; `undefined` when it is in none. */
export async function countBeside({
  source,
  fileId,
}: OpenedDocumentSource): Promise<number | undefined> {
  const { containerId } = await found(source, fileId)
  if (!source.tree || containerId === undefined) return undefined
  return (await source.tree.children(containerId, MOST_ENTRIES)).files.length
}

export { someBytes }
