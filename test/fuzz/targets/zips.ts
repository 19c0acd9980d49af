import assert from 'node:assert/strict'
import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import { parseZipDirectory, readZipDirectory } from '../../../src/protocol/zip/central-directory.ts'
import { chunkByDirectory, chunkOnce, readerOf, slicesOf } from '../../helpers/chunk-stream.ts'
import { zipOf } from '../../helpers/zip-writer.ts'
import { readFixtures } from '../fixtures.ts'
import { cutsOf, pureTarget, withCuts } from '../target.ts'

const SIGNATURES = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50, 0x08074b50]

/** Zips: chunks cover the stream, are named after their bytes, and are the same in any cuts. */
export const zips = pureTarget({
  name: 'zips',
  dictionary: SIGNATURES.map((signature) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(signature)
    return bytes
  }),
  seeds: async () => [...(await readFixtures('zip', withCuts)), ...goodZips().map(withCuts)],
  async run(input) {
    const { pieces, bytes } = cutsOf(input)
    const whole = chunkOnce(bytes)
    const cut = chunkOnce(bytes, { pieceLengths: pieces.map(({ length }) => length) })
    assert.deepEqual(cut, whole)
    checkChunks(bytes, whole.chunks)
    const directory = await readZipDirectory(readerOf(bytes), bytes.length)
    // The second one does not look at the stream's first bytes.
    const fromMemory = parseZipDirectory(bytes, 0)
    if (directory.ok) assert.deepEqual(fromMemory, directory)
    const second = await chunkByDirectory(bytes)
    if (typeof second !== 'string') checkChunks(bytes, second.chunks)
  },
})

function checkChunks(bytes: Uint8Array, chunks: readonly { id: string; length: number }[]): void {
  const size = chunks.reduce((sum, { length }) => sum + length, 0)
  assert.equal(size, bytes.length)
  const ids = slicesOf(bytes, chunks).map((slice) => chunkIdOf(slice))
  assert.deepEqual(
    ids,
    chunks.map(({ id }) => id),
  )
}

function goodZips(): Uint8Array[] {
  const entries = [
    { name: '[Content_Types].xml', content: '<Types/>', deflate: true },
    { name: 'empty', content: '' },
    { name: 'described', content: 'sizes behind', descriptor: 'signed' as const },
    { name: 'large', content: 'large offsets', zip64: true },
  ]
  const [first, second, third, fourth] = entries
  if (!first || !second || !third || !fourth) throw new Error('there are four entries')
  return [
    zipOf({ entries: [first, second] }),
    zipOf({ entries: [third, first], comment: 'with a comment' }),
    zipOf({ entries: [fourth, second], zip64: true }),
    zipOf({ entries: [{ ...third, descriptor: 'bare' }, second], directoryOrder: [1, 0] }),
  ]
}
