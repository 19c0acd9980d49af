import { openMain } from '../../content/packs/main-content.ts'
import { versionOf } from '../../content/state/version.ts'
import { WopiError } from '../../protocol/errors.ts'
import { readMaxExpectedSize } from '../../protocol/headers.ts'
import { HEADERS } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** GetFile: the bytes of the main content. */
export const getFile = defineOperation({
  name: 'GetFile',
  route: { method: 'GET', path: '/wopi/files/:fileId/contents' },
  permission: 'read',

  read: ({ header }) => ({ maxExpectedSize: readMaxExpectedSize(header) }),

  async run({ maxExpectedSize }, { services, file, signal }) {
    const { document, manifest } = await services.manifests.of(file)
    const { size } = document
    if (size > maxExpectedSize)
      throw new WopiError('LARGER_THAN_EXPECTED', {
        detail: `The file has ${size} bytes; the client expects at most ${maxExpectedSize}`,
      })
    const body = await openMain(services.opener, manifest, { signal })
    return { body, size, version: versionOf(document) }
  },

  reply: ({ body, size, version }) => ({
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream', [HEADERS.itemVersion]: version },
    body,
    contentLength: size,
  }),
})
