import { openExtents } from '../content/assemble.ts'
import { findStream } from '../content/manifest.ts'
import { WopiError } from '../protocol/errors.ts'
import { readMaxExpectedSize } from '../protocol/headers.ts'
import { HEADERS, MAIN_CONTENT } from '../protocol/names.ts'
import { itemVersion } from './item-version.ts'
import { defineOperation } from './operation.ts'

/** GetFile: the bytes of the main content. */
export const getFile = defineOperation({
  name: 'GetFile',
  route: { method: 'GET', path: '/wopi/files/:fileId/contents' },
  permission: 'read',

  read: ({ header }) => ({ maxExpectedSize: readMaxExpectedSize(header) }),

  async run({ maxExpectedSize }, { services, file, now, signal }) {
    const { document, manifest } = await services.manifests.of(file)
    const stream = findStream(manifest, MAIN_CONTENT, now)
    const size = stream?.size ?? 0
    if (size > maxExpectedSize)
      throw new WopiError('LARGER_THAN_EXPECTED', {
        detail: `The file has ${size} bytes; the client expects at most ${maxExpectedSize}`,
      })
    const body = await openExtents(services.blobs, stream?.extents ?? [], signal)
    return { body, size, version: itemVersion(document) }
  },

  reply: ({ body, size, version }) => ({
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream', [HEADERS.itemVersion]: version },
    body,
    contentLength: size,
  }),
})
