import assert from 'node:assert/strict'
import {
  assertNewest,
  assertRevision,
  changePastHost,
  found,
  readRevision,
  type SourceContractTest,
  someBytes,
} from './context.ts'

/** The sentences of the port about finding. */
export function findContract(test: SourceContractTest): void {
  test('find returns undefined for a document that does not exist', async ({ source }) => {
    const { signal } = new AbortController()

    assert.equal(await source.find('no-such-document_0', { signal }), undefined)
  })

  test('find returns a name, an owner and a revision', async ({ source, fileId }) => {
    const { name, ownerId, revision } = await found(source, fileId)

    assert.match(fileId, /^[A-Za-z0-9_-]{1,128}$/)
    assert.ok(typeof name === 'string' && name !== '', 'The name must be text')
    assert.ok(typeof ownerId === 'string' && ownerId !== '', 'The ownerId must be text')
    assertRevision(revision)
  })

  test('find tells as size how many bytes open gives', async ({ source, fileId }) => {
    const { size, revision } = await found(source, fileId)
    const bytes = await readRevision(source, fileId, revision)

    assert.ok(Number.isSafeInteger(size), `The size must be a safe integer, not ${size}`)
    assert.equal(size, bytes.length)
  })

  test('find tells the same revision while nobody changes the document', async (opened) => {
    const { revision } = await found(opened.source, opened.fileId)
    await readRevision(opened.source, opened.fileId, revision)

    assert.equal((await found(opened.source, opened.fileId)).revision, revision)
  })

  test('find tells another revision and its size after a change', async (opened) => {
    const before = await found(opened.source, opened.fileId)
    const bytes = someBytes(before.size + 1000, 5)

    await changePastHost(opened, bytes)

    const { revision } = await found(opened.source, opened.fileId)
    assert.notEqual(revision, before.revision)
    await assertNewest(opened, revision, bytes)
  })
}
