import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  anyDamagedZip,
  anyPieces,
  anyZip,
  type GeneratedZip,
} from '../../../test/helpers/arbitrary-zip.ts'
import {
  chunkByDirectory,
  chunkFully,
  chunkOnce,
  lengthsOf,
  slicesOf,
} from '../../../test/helpers/chunk-stream.ts'
import { join, writeZip, zipOf } from '../../../test/helpers/zip-writer.ts'
import { CHUNKS_PER_STREAM_MAX } from '../names.ts'
import { chunkIdOf } from '../spooky/spooky.ts'
import { readZipDirectory } from '../zip/central-directory.ts'
import { EMPTY_CHUNK_ID } from './chunk-id.ts'
import { createStreamChunker } from './stream-chunker.ts'

/** Local header of an entry named by one letter, in bytes. */
const HEADER = 31

function assertFaithful(bytes: Uint8Array, chunked: ReturnType<typeof chunkOnce>): void {
  const slices = slicesOf(bytes, chunked.chunks)
  assert.equal(chunked.size, bytes.length)
  assert.ok(Buffer.from(join(slices)).equals(bytes))
  for (const [index, slice] of slices.entries()) {
    assert.equal(chunked.chunks[index]?.id, chunkIdOf(slice))
  }
  for (const { id, offset, length } of chunked.alternatives) {
    assert.ok(length > 0 && offset + length <= bytes.length)
    assert.equal(id, chunkIdOf(bytes.subarray(offset, offset + length)))
  }
}

/** The rule, applied to what the writer knows. */
function expectedLengths({ bytes, entries, directoryOffset, options }: GeneratedZip): number[] {
  const listed = entries.filter((_, index) => options.entries[index]?.listed !== false)
  const lengths = listed.flatMap(({ localOffset, dataOffset }, index) => {
    const end = listed[index + 1]?.localOffset ?? directoryOffset
    return [dataOffset - localOffset, end - dataOffset]
  })
  return [...lengths.filter((length) => length > 0), bytes.length - directoryOffset]
}

describe('createStreamChunker', () => {
  test('createStreamChunker cuts an archive into headers, payloads and the rest', () => {
    const bytes = zipOf({
      entries: [
        { name: 'a', content: 'first' },
        { name: 'b', content: 'the second' },
      ],
    })

    const chunked = chunkOnce(bytes)

    const end = bytes.length - 2 * HEADER - 15
    assert.equal(chunked.scheme, 'Zip')
    assert.deepEqual(lengthsOf(chunked.chunks), [HEADER, 5, HEADER, 10, end])
    assertFaithful(bytes, chunked)
  })

  test('createStreamChunker gives the ids that it gave in earlier versions', () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'first' }] })

    const chunked = chunkOnce(bytes)

    assert.deepEqual(chunked.chunks, [
      { id: 'fp/vA9O2TKwsV/dK5Cfw4g==', length: 31 },
      { id: '3fdoee/M4bCuCwcwkeHSnQ==', length: 5 },
      { id: 'NLdz04GvhJDLK8GpJ50e7Q==', length: 69 },
    ])
  })

  test('createStreamChunker knows a zip archive by its whole as well', () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'first' }] })

    const { alternatives } = chunkOnce(bytes)

    assert.deepEqual(alternatives, [{ id: chunkIdOf(bytes), offset: 0, length: bytes.length }])
  })

  test('createStreamChunker repeats the id of equal payloads', () => {
    const entries = ['a', 'b'].map((name) => ({ name, content: 'the same' }))

    const { chunks } = chunkOnce(zipOf({ entries }))

    assert.equal(chunks[1]?.id, chunks[3]?.id)
  })

  test('createStreamChunker makes one chunk of what is no archive', () => {
    const bytes = new TextEncoder().encode('plain text')

    const chunked = chunkOnce(bytes)

    assert.deepEqual(chunked, {
      scheme: 'FullFile',
      size: 10,
      chunks: [{ id: chunkIdOf(bytes), length: 10 }],
      alternatives: [],
      needsDirectory: false,
      refusal: 'no-local-header',
    })
  })

  test('createStreamChunker keeps no reference to the bytes it is given', () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'first' }] })
    const chunker = createStreamChunker()
    const piece = new Uint8Array(7)

    for (let at = 0; at < bytes.length; at += piece.length) {
      piece.set(bytes.subarray(at, at + piece.length))
      chunker.push(piece.subarray(0, Math.min(piece.length, bytes.length - at)))
    }

    assert.deepEqual(chunker.finish(), chunkOnce(bytes))
  })

  test('createStreamChunker refuses the directory of another stream', async () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'first' }] })
    const outcome = await readZipDirectory(
      async (offset, length) => bytes.slice(offset, offset + length),
      bytes.length,
    )
    assert.ok(outcome.ok)

    const { directory } = outcome
    const longer = chunkOnce(join([bytes, new Uint8Array(1)]), { directory })
    const shorter = chunkOnce(bytes.subarray(0, HEADER + 2), { directory })

    assert.deepEqual([longer.refusal, shorter.refusal], ['another-stream', 'cut-short'])
    assert.deepEqual([longer.needsDirectory, shorter.needsDirectory], [false, false])
  })
})

describe('createStreamChunker, where the pages and vectors are silent', () => {
  test('createStreamChunker puts a data descriptor into the payload, and names it apart', async () => {
    const bytes = zipOf({
      entries: [
        { name: 'a', content: 'first', descriptor: 'signed' },
        { name: 'b', content: 'second', descriptor: 'bare', zip64: true },
      ],
    })

    const chunked = await chunkFully(bytes)

    const second = HEADER + 5 + 16
    const headers = [HEADER, HEADER + 20]
    assert.deepEqual(lengthsOf(chunked.chunks).slice(0, 4), [headers[0], 21, headers[1], 26])
    assert.deepEqual(
      chunked.alternatives.slice(1).map(({ offset, length }) => [offset, length]),
      [
        [HEADER, 5],
        [HEADER + 5, 16],
        [second + HEADER + 20, 6],
        [second + HEADER + 26, 20],
      ],
    )
    assertFaithful(bytes, chunked)
  })

  test('createStreamChunker asks for a second pass when local headers tell no sizes', () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'first', descriptor: 'signed' }] })

    const { scheme, needsDirectory, refusal } = chunkOnce(bytes)

    assert.deepEqual([scheme, needsDirectory, refusal], ['FullFile', true, 'sizes-unknown'])
  })

  test('createStreamChunker asks for a second pass when a descriptor follows all the same', async () => {
    const content = { content: 'first', descriptor: 'signed', sizesInHeader: true } as const
    const bytes = zipOf({ entries: [{ name: 'a', ...content }] })

    const walked = chunkOnce(bytes)
    const chunked = await chunkFully(bytes)

    assert.deepEqual([walked.needsDirectory, walked.refusal], [true, 'walk-lost'])
    assert.deepEqual(lengthsOf(chunked.chunks).slice(0, 2), [HEADER, 21])
  })

  test('createStreamChunker puts a lone descriptor after an empty payload into a chunk', async () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: '', descriptor: 'signed' }] })

    const chunked = await chunkFully(bytes)

    assert.deepEqual(lengthsOf(chunked.chunks).slice(0, 2), [HEADER, 16])
    assert.equal(chunked.alternatives.length, 1)
  })

  test('createStreamChunker puts padding between entries into the payload before it', async () => {
    const gapAfter = new Uint8Array(9)
    const entries = [
      { name: 'a', content: 'first', gapAfter },
      { name: 'b', content: 'x', gapAfter },
    ]

    const chunked = await chunkFully(zipOf({ entries }))

    assert.deepEqual(lengthsOf(chunked.chunks).slice(0, 4), [HEADER, 14, HEADER, 10])
  })

  test('createStreamChunker omits empty payloads', () => {
    const entries = [
      { name: 'd', content: '' },
      { name: 'e', content: 'x' },
    ]

    const { chunks } = chunkOnce(zipOf({ entries }))

    assert.deepEqual(lengthsOf(chunks).slice(0, 3), [HEADER, HEADER, 1])
  })

  test('createStreamChunker cuts zip64 archives in one pass', () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'first', zip64: true }], zip64: true })

    const { chunks, refusal } = chunkOnce(bytes)

    assert.equal(refusal, undefined)
    assert.deepEqual(lengthsOf(chunks).slice(0, 2), [HEADER + 20, 5])
  })

  test('createStreamChunker cuts archives with encrypted entries', () => {
    const { scheme } = chunkOnce(zipOf({ entries: [{ name: 'a', content: 'secret', flags: 1 }] }))

    assert.equal(scheme, 'Zip')
  })

  test('createStreamChunker makes one chunk of an archive behind a prefix', async () => {
    const bytes = zipOf({ entries: [{ name: 'a', content: 'x' }], prefix: new Uint8Array(8) })

    const { scheme } = await chunkFully(bytes)

    assert.equal(scheme, 'FullFile')
  })

  test('createStreamChunker makes one chunk of an empty archive', async () => {
    const { scheme, chunks } = await chunkFully(zipOf({ entries: [] }))

    assert.equal(scheme, 'FullFile')
    assert.deepEqual(lengthsOf(chunks), [22])
  })

  test('createStreamChunker leaves comment and junk in the last chunk', () => {
    const entries = [{ name: 'a', content: 'x' }]
    const plain = chunkOnce(zipOf({ entries }))
    const longer = zipOf({ entries, comment: 'comment', junk: new Uint8Array(3) })

    const { chunks } = chunkOnce(longer)

    assert.equal(chunks.at(-1)?.length, (plain.chunks.at(-1)?.length ?? 0) + 10)
  })

  test('createStreamChunker starts the last chunk at the directory, not at records before it', async () => {
    const extraData = new Uint8Array([0x50, 0x4b, 6, 8, 2, 0, 0, 0, 9, 9])
    const bytes = zipOf({ entries: [{ name: 'a', content: 'x', gapAfter: extraData }] })

    const { chunks } = await chunkFully(bytes)

    assert.deepEqual(lengthsOf(chunks).slice(0, 2), [HEADER, 11])
  })

  test('createStreamChunker needs no directory in the order of the file', async () => {
    const entries = ['a', 'b', 'c'].map((name) => ({ name, content: name }))

    const chunked = await chunkFully(zipOf({ entries, directoryOrder: [2, 0, 1] }))

    assert.equal(chunked.scheme, 'Zip')
    assert.equal(chunked.chunks.length, 7)
  })

  test('createStreamChunker puts an entry that the directory leaves out into the payload before it', async () => {
    const entries = [
      { name: 'a', content: 'kept' },
      { name: 'b', content: 'deleted', listed: false },
    ]

    const chunked = await chunkFully(zipOf({ entries }))

    assert.deepEqual(lengthsOf(chunked.chunks).slice(0, 2), [HEADER, 4 + HEADER + 7])
  })

  test('createStreamChunker trusts the directory where a local header tells another size', async () => {
    const lies = { localLies: { compressedSize: 2 } }

    const chunked = await chunkFully(zipOf({ entries: [{ name: 'a', content: 'first', ...lies }] }))

    assert.deepEqual(lengthsOf(chunked.chunks).slice(0, 2), [HEADER, 5])
  })

  test('createStreamChunker makes one chunk of a payload of many MiB', () => {
    const content = new Uint8Array(5 * 2 ** 20)

    const { chunks } = chunkOnce(zipOf({ entries: [{ name: 'a', content }] }))

    assert.equal(chunks[1]?.length, content.length)
  })

  test('createStreamChunker gives the empty stream one empty chunk', () => {
    const { scheme, chunks, needsDirectory } = createStreamChunker().finish()

    assert.equal(scheme, 'FullFile')
    assert.deepEqual(chunks, [{ id: EMPTY_CHUNK_ID, length: 0 }])
    assert.equal(needsDirectory, false)
  })
})

describe('createStreamChunker, at its limits', () => {
  test('createStreamChunker cuts 65,535 entries with data, and no more chunks than the limit', () => {
    const entries = Array.from({ length: 65_535 }, () => ({ name: '', content: 'x' }))

    const { scheme, chunks } = chunkOnce(zipOf({ entries }))

    assert.equal(scheme, 'Zip')
    assert.equal(chunks.length, CHUNKS_PER_STREAM_MAX - 1)
  })

  test('createStreamChunker makes one chunk of what would give more chunks than the limit', async () => {
    const entries = Array.from({ length: 65_536 }, () => ({ name: '', content: 'x' }))
    const bytes = zipOf({ entries, zip64: true })

    const walked = chunkOnce(bytes)
    const directed = await chunkByDirectory(bytes)

    assert.deepEqual([walked.scheme, walked.refusal], ['FullFile', 'too-many-chunks'])
    assert.ok(typeof directed !== 'string')
    assert.equal(directed.refusal, 'too-many-chunks')
  })

  test('createStreamChunker asks for a second pass rather than keep an end beyond the limit', async () => {
    const entries = Array.from({ length: 70 }, (_, i) => ({
      name: `${i}/${'a'.repeat(60_000)}`,
      content: 'x',
    }))
    const options = { entries }
    const zip = { ...writeZip(options), options }

    const { scheme, refusal, needsDirectory } = chunkOnce(zip.bytes)

    assert.deepEqual([scheme, refusal, needsDirectory], ['FullFile', 'end-not-kept', true])
    const chunked = await chunkFully(zip.bytes)
    assert.equal(chunked.scheme, 'Zip')
    assert.deepEqual(lengthsOf(chunked.chunks), expectedLengths(zip))
  })
})

describe('createStreamChunker, for every stream', () => {
  test('createStreamChunker follows the rule for every archive', async () => {
    await fc.assert(
      fc.asyncProperty(anyZip, async (zip) => {
        const chunked = await chunkFully(zip.bytes)

        assert.equal(chunked.scheme, 'Zip', chunked.refusal)
        assert.deepEqual(lengthsOf(chunked.chunks), expectedLengths(zip))
        assertFaithful(zip.bytes, chunked)
      }),
      { numRuns: 500 },
    )
  })

  test('createStreamChunker gives chunks that make up the stream again, whatever it is', async () => {
    const anyStream = fc.oneof(fc.uint8Array({ maxLength: 400 }), anyDamagedZip)

    await fc.assert(
      fc.asyncProperty(anyStream, async (bytes) => {
        assertFaithful(bytes, chunkOnce(bytes))
        assertFaithful(bytes, await chunkFully(bytes))
      }),
      { numRuns: 500 },
    )
  })

  test('createStreamChunker gives the same result in whatever pieces the stream comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyZip, anyDamagedZip), anyPieces, async (zip, pieceLengths) => {
        const bytes = zip instanceof Uint8Array ? zip : zip.bytes
        const outcome = await readZipDirectory(
          async (offset, length) => bytes.slice(offset, offset + length),
          bytes.length,
        )

        assert.deepEqual(chunkOnce(bytes, { pieceLengths }), chunkOnce(bytes))
        if (outcome.ok) {
          const { directory } = outcome
          assert.deepEqual(
            chunkOnce(bytes, { directory, pieceLengths }),
            chunkOnce(bytes, { directory }),
          )
        }
      }),
      { numRuns: 300 },
    )
  })

  test('createStreamChunker decides in one pass only what a directory decides alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyZip, anyDamagedZip), async (zip) => {
        const bytes = zip instanceof Uint8Array ? zip : zip.bytes
        const walked = chunkOnce(bytes)
        fc.pre(!walked.needsDirectory)

        const directed = await chunkByDirectory(bytes)

        if (walked.scheme === 'Zip') assert.deepEqual(directed, walked)
        else assert.ok(typeof directed === 'string' || directed.scheme === 'FullFile')
      }),
      { numRuns: 150 },
    )
  })
})
