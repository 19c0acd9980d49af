import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createApplication } from '../../test/helpers/application.ts'
import type { DocumentSource } from '../ports/document-source.ts'
import { describeDocumentSource, type OpenedDocumentSource } from './document-source-contract.ts'

const FILE_ID = 'report'

async function openApplication(
  revisions: DocumentSource['revisions'],
  spoil: (source: DocumentSource) => Partial<DocumentSource> = () => ({}),
): Promise<OpenedDocumentSource> {
  const { source, write } = createApplication({ revisions })
  write(FILE_ID, new Uint8Array(100).fill(7))
  return {
    source: { ...source, ...spoil(source) },
    fileId: FILE_ID,
    change: async (bytes) => write(FILE_ID, bytes),
  }
}

for (const revisions of ['immutable', 'mutable'] as const) {
  describeDocumentSource({ describe, test }, `an application with ${revisions} revisions`, () =>
    openApplication(revisions),
  )

  describeDocumentSource(
    { describe, test },
    `one with ${revisions} revisions and no change`,
    async () => {
      const { source, fileId } = await openApplication(revisions)
      return { source, fileId }
    },
  )
}

/** Runs the suite over a source and tells the names of the tests that failed. */
async function failuresOf(open: () => Promise<OpenedDocumentSource>): Promise<string[]> {
  const tests: { name: string; body: () => Promise<void> }[] = []
  const framework = {
    describe: (_name: string, body: () => void) => body(),
    test: (name: string, body: () => Promise<void>) => tests.push({ name, body }),
  }
  describeDocumentSource(framework, 'a source', open)

  const failures: string[] = []
  for (const { name, body } of tests) await body().catch(() => failures.push(name))
  return failures
}

const ignoresRange = (source: DocumentSource): Partial<DocumentSource> => ({
  open: (fileId, revision, { signal } = {}) =>
    source.open(fileId, revision, { ...(signal && { signal }) }),
})

let repeats = 0
const storesRepeats = (source: DocumentSource): Partial<DocumentSource> => ({
  onSaved: (save, options) => {
    repeats += 1
    return source.onSaved({ ...save, saveId: `${save.saveId}-${repeats}` }, options)
  },
})

const tellsWrongSize = (source: DocumentSource): Partial<DocumentSource> => ({
  async find(fileId, options) {
    const document = await source.find(fileId, options)
    return document && { ...document, size: document.size + 1 }
  },
})

for (const revisions of ['immutable', 'mutable'] as const) {
  test(`the suite finds a source with ${revisions} revisions that ignores the range`, async () => {
    const failures = await failuresOf(() => openApplication(revisions, ignoresRange))

    assert.deepEqual(failures, [
      'open gives exactly the range: the first byte',
      'open gives exactly the range: bytes of the middle',
      'open gives exactly the range: all but the ends',
      'open gives exactly the range: the last byte',
      'open gives exactly the range: no byte at the start',
      'open gives exactly the range: no byte in the middle',
      'open gives exactly the range: no byte at the end',
    ])
  })

  test(`the suite finds a source with ${revisions} revisions that stores a repeat`, async () => {
    const failures = await failuresOf(() => openApplication(revisions, storesRepeats))

    assert.deepEqual(failures, [
      'onSaved answers a repeat with the same revision and stores nothing new',
      'onSaved leaves a later save the newest when an earlier one is repeated',
      'onSaved keeps one of two deliveries of a save at the same time',
      'onSaved answers the repeat of such a save with the same revision',
    ])
  })

  test(`the suite finds a source with ${revisions} revisions that tells a wrong size`, async () => {
    const failures = await failuresOf(() => openApplication(revisions, tellsWrongSize))

    assert.ok(failures.includes('find tells as size how many bytes open gives'))
    assert.ok(failures.includes('onSaved stores a save of 1 bytes as the newest revision'))
  })

  test(`the suite finds nothing in a sound source with ${revisions} revisions`, async () => {
    assert.deepEqual(await failuresOf(() => openApplication(revisions)), [])
  })
}

test('the suite closes what it has opened, also after a test that failed', async () => {
  let open = 0

  await failuresOf(async () => {
    open += 1
    const close = async () => {
      open -= 1
    }
    return { ...(await openApplication('immutable', tellsWrongSize)), close }
  })

  assert.equal(open, 0)
})
