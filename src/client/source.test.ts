import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blobSource } from './source.ts'

for (const name of ['NotReadableError', 'NotFoundError'])
  test(`blobSource tells that a picked file has changed when the browser says ${name}`, async () => {
    const cause = new DOMException('The requested file could not be read', name)
    const file = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(cause) }) }
    const source = blobSource(file as unknown as Blob)

    const read = source.read(0, 10)

    await assert.rejects(read, { code: 'SOURCE_CHANGED', cause })
  })

test('blobSource leaves other failures as they are', async () => {
  const cause = new DOMException('The file may not be read', 'SecurityError')
  const file = { size: 10, slice: () => ({ arrayBuffer: () => Promise.reject(cause) }) }

  const read = blobSource(file as unknown as Blob).read(0, 10)

  await assert.rejects(read, cause)
})
