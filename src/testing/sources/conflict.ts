import assert from 'node:assert/strict'
import {
  assertBytes,
  changePastHost,
  countBeside,
  deliver,
  found,
  newSave,
  type OpenedDocumentSource,
  readRevision,
  type SourceContractTest,
  someBytes,
} from './context.ts'

const CHANGE = someBytes(4000, 21)
const SAVE = someBytes(5000, 22)

/** The sentences of the port about a save whose `baseRevision` is not the newest. */
export function conflictContract(test: SourceContractTest): void {
  test('onSaved keeps both contents when the document was changed meanwhile', async (opened) => {
    const { base, change } = await changed(opened)
    const { save } = newSave(opened.fileId, base, SAVE)

    const revision = await deliver(opened.source, save)

    assert.notEqual(revision, change)
    await assertKeeps(opened, [
      [change, CHANGE],
      [revision, SAVE],
    ])
  })

  test('onSaved answers the repeat of such a save with the same revision', async (opened) => {
    const { base } = await changed(opened)
    const { save } = newSave(opened.fileId, base, SAVE)
    const revision = await deliver(opened.source, save)
    const { revision: newest } = await found(opened.source, opened.fileId)
    const beside = await countBeside(opened)

    assert.equal(await deliver(opened.source, save), revision)

    assert.equal((await found(opened.source, opened.fileId)).revision, newest)
    assert.equal(await countBeside(opened), beside, 'A repeat must not add a document')
  })

  test('onSaved makes at most one copy for all saves after a change', async (opened) => {
    const { base, change } = await changed(opened)
    const beside = await countBeside(opened)

    let revision = base
    for (let seed = 31; seed < 34; seed += 1) {
      const { save } = newSave(opened.fileId, revision, someBytes(5000, seed))
      revision = await deliver(opened.source, save)
    }

    await assertKeeps(opened, [
      [change, CHANGE],
      [revision, someBytes(5000, 33)],
    ])
    const added = ((await countBeside(opened)) ?? 0) - (beside ?? 0)
    assert.ok(added <= 1, `Three saves of one client have become ${added} copies`)
  })
}

/** Changes the document past the host. */
async function changed(opened: OpenedDocumentSource): Promise<{ base: string; change: string }> {
  const { revision: base } = await found(opened.source, opened.fileId)
  await changePastHost(opened, CHANGE)
  const { revision: change } = await found(opened.source, opened.fileId)
  return { base, change }
}

/** The document is one of these, and each that can still be opened has its bytes. */
async function assertKeeps(
  { source, fileId }: OpenedDocumentSource,
  kept: [revision: string, bytes: Uint8Array][],
): Promise<void> {
  const document = await found(source, fileId)
  const newest = kept.find(([revision]) => revision === document.revision)
  assert.ok(newest, `find tells ${document.revision}, which is neither the change nor the save`)
  assert.equal(document.size, newest[1].length)
  for (const [revision, bytes] of source.revisions === 'mutable' ? [newest] : kept)
    assertBytes(await readRevision(source, fileId, revision), bytes, `open of ${revision}`)
}
