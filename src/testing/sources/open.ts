import assert from 'node:assert/strict'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import { RevisionGoneError } from '../../ports/document-source.ts'
import {
  assertBytes,
  changePastHost,
  found,
  LENGTH,
  type OpenedDocumentSource,
  readRevision,
  type SourceContractTest,
  saveOver,
  someBytes,
} from './context.ts'

const BYTES = someBytes(LENGTH, 2)

/** The sentences of the port about opening. */
export function openContract(test: SourceContractTest): void {
  rangeContract(test)
  disposalContract(test)
  abortContract(test)
  revisionContract(test)
}

function rangeContract(test: SourceContractTest): void {
  for (const [what, start, end] of [
    ['all bytes', 0, LENGTH],
    ['the first byte', 0, 1],
    ['bytes of the middle', 65_535, 131_073],
    ['all but the ends', 1, LENGTH - 1],
    ['the last byte', LENGTH - 1, LENGTH],
    ['no byte at the start', 0, 0],
    ['no byte in the middle', 1000, 1000],
    ['no byte at the end', LENGTH, LENGTH],
  ] as const)
    test(`open gives exactly the range: ${what}`, async (opened) => {
      const revision = await saveOver(opened, BYTES)

      const read = await readRevision(opened.source, opened.fileId, revision, { start, end })

      assertBytes(read, BYTES.subarray(start, end), `open from ${start} up to ${end}`)
    })

  test('open gives pieces that are Uint8Arrays', async (opened) => {
    const revision = await saveOver(opened, BYTES)
    await using content = await opened.source.open(opened.fileId, revision)

    for await (const piece of content)
      assert.ok((piece as unknown) instanceof Uint8Array, `A piece is ${typeof piece}`)
  })

  test('open opens a revision several times at once', async (opened) => {
    const revision = await saveOver(opened, BYTES)
    const read = () => readRevision(opened.source, opened.fileId, revision)

    const reads = await Promise.all([read(), read(), read(), read()])

    for (const bytes of reads) assertBytes(bytes, BYTES, 'open at the same time')
  })
}

function disposalContract(test: SourceContractTest): void {
  test('disposing closes what was never read', async (opened) => {
    const content = await openSaved(opened)

    await content[Symbol.asyncDispose]()

    await assert.rejects(content[Symbol.asyncIterator]().next())
  })

  test('disposing in the middle makes the next pull reject, not end', async (opened) => {
    const content = await openSaved(opened)
    const iterator = content[Symbol.asyncIterator]()
    const first = await iterator.next()

    await content[Symbol.asyncDispose]()

    if (isPart(first)) await assert.rejects(iterator.next())
  })

  test('disposing after everything was read is no error', async (opened) => {
    const content = await openSaved(opened)
    for await (const piece of content) assert.ok(piece.length >= 0)

    await content[Symbol.asyncDispose]()
  })
}

function abortContract(test: SourceContractTest): void {
  test('open with a signal that has aborted gives no byte', async (opened) => {
    const signal = AbortSignal.abort(new Error('Too late'))

    await assert.rejects(async () => {
      await using content = await openSaved(opened, signal)
      await content[Symbol.asyncIterator]().next()
    })
  })

  test('a signal that aborts ends a read with a rejection', async (opened) => {
    const abort = new AbortController()
    const content = await openSaved(opened, abort.signal)
    const iterator = content[Symbol.asyncIterator]()
    const first = await iterator.next()

    abort.abort(new Error('The client is gone'))

    try {
      if (isPart(first)) await assert.rejects(readOn(iterator))
    } finally {
      // A Readable of Node's rejects here with the abort.
      await Promise.allSettled([content[Symbol.asyncDispose]()])
    }
  })
}

function revisionContract(test: SourceContractTest): void {
  test('open of a revision that never was rejects with RevisionGoneError', async (opened) => {
    await assert.rejects(opened.source.open(opened.fileId, 'no-such-revision_0'), RevisionGoneError)
  })

  test('open of an older revision gives its bytes if immutable, else rejects', async (opened) => {
    const { source, fileId } = opened
    const { revision: first } = await found(source, fileId)
    const firstBytes = await readRevision(source, fileId, first)
    const second = await saveOver(opened, BYTES)
    await changePastHost(opened, someBytes(1000, 6))

    for (const [revision, bytes] of [
      [first, firstBytes],
      [second, BYTES],
    ] as const)
      if (source.revisions === 'immutable')
        assertBytes(await readRevision(source, fileId, revision), bytes, `open of ${revision}`)
      else await assert.rejects(source.open(fileId, revision), RevisionGoneError)
  })
}

async function openSaved(opened: OpenedDocumentSource, signal?: AbortSignal): Promise<OpenedBytes> {
  const revision = await saveOver(opened, BYTES)
  return opened.source.open(opened.fileId, revision, { ...(signal && { signal }) })
}

/** Whether more must follow. A source may give everything as one piece. */
function isPart({ done, value }: IteratorResult<Uint8Array>): boolean {
  return !done && value.length < LENGTH
}

async function readOn(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  for (let step = await iterator.next(); !step.done; ) step = await iterator.next()
}
