import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { chunkByDirectory, chunkOnce } from '../../../test/helpers/chunk-stream.ts'

const CONFORMANCE_DIR = process.env.WOPIKIT_CONFORMANCE_DIR
const skip = CONFORMANCE_DIR ? false : 'WOPIKIT_CONFORMANCE_DIR is not set'

interface Vectors {
  files: Record<string, { Offset: number; Length: number; ChunkId: string }[]>
}

async function readVectors(): Promise<Vectors['files']> {
  const text = await readFile(join(CONFORMANCE_DIR ?? '', 'vectors/zip-chunks.json'), 'utf8')
  return (JSON.parse(text) as Vectors).files
}

async function readArchive(key: string): Promise<Uint8Array> {
  const resources = join(CONFORMANCE_DIR ?? '', 'validator/resources')
  return new Uint8Array(await readFile(join(resources, key, 'FileStream')))
}

test('createStreamChunker cuts the archives of the vectors as they say', { skip }, async (t) => {
  for (const [key, vector] of Object.entries(await readVectors())) {
    await t.test(`createStreamChunker cuts ${key}`, async () => {
      const bytes = await readArchive(key)
      const expected = vector.map(({ ChunkId, Length }) => ({ id: ChunkId, length: Length }))

      const walked = chunkOnce(bytes)
      const directed = await chunkByDirectory(bytes)

      assert.equal(walked.scheme, 'Zip')
      assert.deepEqual(walked.chunks, expected)
      assert.deepEqual(directed, walked)
    })
  }
})
