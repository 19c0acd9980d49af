import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { chunkOnce, slicesOf } from '../../test/helpers/chunk-stream.ts'
import { sampleDocument } from './sample-document.ts'

test('sampleDocument is a zip archive of the parts that Word needs', () => {
  const { name, content } = sampleDocument()

  const chunked = chunkOnce(content)

  const headers = slicesOf(content, chunked.chunks).filter((_, index) => index % 2 === 0)
  const parts = headers.slice(0, -1).map((header) => new TextDecoder().decode(header.subarray(30)))
  assert.equal(name, 'Welcome to wopikit.docx')
  assert.deepEqual(parts, [
    '[Content_Types].xml',
    '_rels/.rels',
    'word/document.xml',
    'docProps/core.xml',
  ])
})

test('sampleDocument carries the checksum of every part', () => {
  const { content } = sampleDocument()

  const slices = slicesOf(content, chunkOnce(content).chunks)

  for (let index = 0; index + 1 < slices.length; index += 2) {
    const [header, payload] = [slices[index], slices[index + 1]]
    assert.ok(header && payload)
    const view = new DataView(header.buffer, header.byteOffset)
    assert.equal(view.getUint32(14, true), crc32(payload))
  }
})

test('sampleDocument returns the same bytes every time', () => {
  assert.deepEqual(sampleDocument(), sampleDocument())
})
