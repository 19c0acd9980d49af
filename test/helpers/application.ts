import type { ByteRange, OpenedBytes } from '../../src/ports/blob-store.ts'
import {
  type DocumentSource,
  RevisionGoneError,
  type SavedDocument,
  type SourceConflict,
  type SourceTree,
} from '../../src/ports/document-source.ts'

/** What an application remembers of one save. */
export interface TakenSave extends Omit<SavedDocument, 'open'> {
  bytes: Uint8Array
  revision: string
}

/** An application with documents of its own, in memory. */
export interface Application {
  source: DocumentSource
  /** Saves that it has taken, in their order, repeats left out. */
  saves: TakenSave[]
  /** Every call of `onSaved`, repeats included. */
  deliveries: number
  conflicts: SourceConflict[]
  finds: number
  opens: { revision: string; range: ByteRange | undefined }[]
  /** Bodies that were opened and not closed yet. */
  open: number
  /** Adds a document, or another revision of it, and gives the revision. */
  write(fileId: string, bytes: Uint8Array): string
  read(fileId: string): Uint8Array | undefined
  remove(fileId: string): void
  /** Asked at the start of each `onSaved`; what it throws is the application's failure. */
  beforeSave: (save: SavedDocument) => Promise<void> | void
  /** Asked after a save was taken, before it is answered. */
  afterSave: () => Promise<void> | void
  /** Asked before a body is opened. */
  beforeOpen: (revision: string) => Promise<void> | void
}

interface Row {
  name: string
  revision: string
  bytes: Map<string, Uint8Array>
}

export function createApplication(
  options: { revisions?: DocumentSource['revisions']; tree?: SourceTree; name?: string } = {},
): Application {
  const { revisions = 'immutable', tree, name = 'report.docx' } = options
  const rows = new Map<string, Row>()
  const taken = new Map<string, string>()
  let counter = 0

  const application: Application = {
    saves: [],
    deliveries: 0,
    conflicts: [],
    finds: 0,
    opens: [],
    open: 0,
    beforeSave() {},
    afterSave() {},
    beforeOpen() {},

    write(fileId, bytes) {
      const revision = `r${++counter}`
      const row = rows.get(fileId) ?? { name, revision, bytes: new Map() }
      if (revisions === 'mutable') row.bytes.clear()
      row.bytes.set(revision, bytes)
      row.revision = revision
      rows.set(fileId, row)
      return revision
    },

    read: (fileId) => {
      const row = rows.get(fileId)
      return row?.bytes.get(row.revision)
    },

    remove: (fileId) => rows.delete(fileId),

    source: {
      revisions,
      ...(tree && { tree }),

      async find(fileId) {
        application.finds++
        const row = rows.get(fileId)
        if (!row) return undefined
        const size = row.bytes.get(row.revision)?.length ?? 0
        return { name: row.name, ownerId: 'owner', size, revision: row.revision }
      },

      async open(fileId, revision, { range, signal } = {}) {
        application.opens.push({ revision, range })
        await application.beforeOpen(revision)
        const bytes = rows.get(fileId)?.bytes.get(revision)
        if (!bytes) throw new RevisionGoneError(fileId, revision)
        application.open++
        const part = bytes.subarray(range?.start, range?.end)
        return opened(part, () => application.open--, signal)
      },

      async onSaved({ open, ...save }, { signal }) {
        application.deliveries++
        await application.beforeSave({ open, ...save })
        signal.throwIfAborted()
        const known = taken.get(save.saveId)
        if (known !== undefined) return { revision: known }
        const bytes = await readAll(await open())
        // The same save may have come a second time meanwhile.
        const other = taken.get(save.saveId)
        if (other !== undefined) return { revision: other }
        const revision = application.write(save.fileId, bytes)
        taken.set(save.saveId, revision)
        application.saves.push({ ...save, bytes, revision })
        await application.afterSave()
        return { revision }
      },

      onConflict(conflict) {
        application.conflicts.push(conflict)
      },
    },
  }
  return application
}

/** Reads all and closes. */
export async function readAll(body: OpenedBytes): Promise<Uint8Array> {
  await using opened = body
  const parts: Uint8Array[] = []
  for await (const bytes of opened) parts.push(new Uint8Array(bytes))
  return new Uint8Array(Buffer.concat(parts))
}

/** Gives a few bytes at a time, as a network does, until it is closed or `signal` aborts. */
function opened(bytes: Uint8Array, closed: () => void, signal?: AbortSignal): OpenedBytes {
  let isOpen = true
  function assertOpen() {
    signal?.throwIfAborted()
    if (!isOpen) throw new Error('The content is closed')
  }
  async function* pieces() {
    const step = Math.max(1, Math.ceil(bytes.length / 3))
    assertOpen()
    for (let start = 0; start < bytes.length; start += step) {
      yield bytes.subarray(start, start + step)
      assertOpen()
    }
  }
  return Object.assign(pieces(), {
    async [Symbol.asyncDispose]() {
      if (isOpen) closed()
      isOpen = false
    },
  })
}
