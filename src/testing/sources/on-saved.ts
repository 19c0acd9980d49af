import assert from 'node:assert/strict'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import type { SavedDocument } from '../../ports/document-source.ts'
import {
  assertBytes,
  assertNewest,
  deliver,
  found,
  LENGTH,
  newSave,
  type OpenedDocumentSource,
  readRevision,
  type SourceContractTest,
  saveOver,
  someBytes,
} from './context.ts'

/** The sentences of the port about taking a save over. */
export function onSavedContract(test: SourceContractTest): void {
  for (const length of [0, 1, LENGTH])
    test(`onSaved stores a save of ${length} bytes as the newest revision`, async (opened) => {
      const before = await found(opened.source, opened.fileId)
      const bytes = someBytes(length, length + before.size + 3)

      const revision = await saveOver(opened, bytes)

      if (length !== before.size) assert.notEqual(revision, before.revision)
      await assertNewest(opened, revision, bytes)
    })

  test('onSaved disposes what it has opened', async ({ source, fileId }) => {
    const { revision } = await found(source, fileId)
    const { save, openContents } = newSave(fileId, revision, someBytes(LENGTH, 3))

    await deliver(source, save)

    assert.equal(openContents(), 0)
  })

  test('onSaved takes the saves of a document in their order', async (opened) => {
    const { source, fileId } = opened
    const contents = [10, 2000, 30, LENGTH, 1].map((length, seed) => someBytes(length, seed + 7))

    const revisions: string[] = []
    for (const bytes of contents) {
      const revision = await saveOver(opened, bytes)
      revisions.push(revision)
      await assertNewest(opened, revision, bytes)
    }

    assert.equal(new Set(revisions).size, contents.length)
    if (source.revisions === 'mutable') return
    for (const [index, revision] of revisions.entries())
      assertBytes(
        await readRevision(source, fileId, revision),
        contents[index] as Uint8Array,
        `open of save ${index + 1}`,
      )
  })

  failureContract(test)
}

function failureContract(test: SourceContractTest): void {
  test('onSaved rejects when the content breaks off, and the former state stays', async (opened) => {
    const { save, former } = await saveOverFormer(opened)
    const reason = new Error('The connection broke')
    const broken = { ...save, open: async () => breakingOff(() => reason) }

    await assert.rejects(deliver(opened.source, broken))

    await assertNewest(opened, former.revision, former.bytes)
    await assertTakes(opened, save)
  })

  test('onSaved rejects when its signal aborts, and the former state stays', async (opened) => {
    const { save, former } = await saveOverFormer(opened)
    const abort = new AbortController()
    const reason = new Error('It takes too long')
    const abortHalfway = () => {
      abort.abort(reason)
      return reason
    }
    const aborted = { ...save, open: async () => breakingOff(abortHalfway) }

    await assert.rejects(deliver(opened.source, aborted, abort.signal))

    await assertNewest(opened, former.revision, former.bytes)
    await assertTakes(opened, save)
  })
}

const NEXT = someBytes(LENGTH, 9)

/** A save over a state with known bytes. */
async function saveOverFormer(opened: OpenedDocumentSource) {
  const bytes = someBytes(5000, 8)
  const revision = await saveOver(opened, bytes)
  const { save } = newSave(opened.fileId, revision, NEXT)
  return { save, former: { revision, bytes } }
}

/** The host tries a save again that has failed. */
async function assertTakes(opened: OpenedDocumentSource, save: SavedDocument): Promise<void> {
  const revision = await deliver(opened.source, save)
  await assertNewest(opened, revision, NEXT)
}

/** Content that fails after its first piece, as the host's does. */
function breakingOff(reason: () => Error): OpenedBytes {
  async function* content() {
    yield NEXT.slice(0, 100_000)
    throw reason()
  }
  return Object.assign(content(), { async [Symbol.asyncDispose]() {} })
}
