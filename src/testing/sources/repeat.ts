import assert from 'node:assert/strict'
import {
  assertNewest,
  countBeside,
  deliver,
  found,
  newSave,
  type SourceContractTest,
  saveOver,
  someBytes,
} from './context.ts'

/** The sentences of the port about a save that comes again. */
export function repeatContract(test: SourceContractTest): void {
  test('onSaved answers a repeat with the same revision and stores nothing new', async (opened) => {
    const { source, fileId } = opened
    const bytes = someBytes(5000, 11)
    const { save } = newSave(fileId, (await found(source, fileId)).revision, bytes)
    const revision = await deliver(source, save)
    const beside = await countBeside(opened)

    for (let repeat = 0; repeat < 3; repeat += 1)
      assert.equal(await deliver(source, save), revision)

    await assertNewest(opened, revision, bytes)
    assert.equal(await countBeside(opened), beside, 'A repeat must not add a document')
  })

  test('onSaved leaves a later save the newest when an earlier one is repeated', async (opened) => {
    const { source, fileId } = opened
    const { save } = newSave(fileId, (await found(source, fileId)).revision, someBytes(5000, 12))
    const revision = await deliver(source, save)
    const later = someBytes(6000, 13)
    const laterRevision = await saveOver(opened, later)
    const beside = await countBeside(opened)

    assert.equal(await deliver(source, save), revision)

    await assertNewest(opened, laterRevision, later)
    assert.equal(await countBeside(opened), beside, 'A repeat must not add a document')
  })

  test('onSaved keeps one of two deliveries of a save at the same time', async (opened) => {
    const { source, fileId } = opened
    const bytes = someBytes(5000, 14)
    const { save } = newSave(fileId, (await found(source, fileId)).revision, bytes)
    const beside = await countBeside(opened)

    // One may fail: the host tries it again.
    const outcomes = await Promise.allSettled([deliver(source, save), deliver(source, save)])
    const revision = await deliver(source, save)

    for (const outcome of outcomes)
      if (outcome.status === 'fulfilled') assert.equal(outcome.value, revision)
    await assertNewest(opened, revision, bytes)
    assert.equal(await countBeside(opened), beside, 'A repeat must not add a document')
  })
}
