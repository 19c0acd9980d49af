import { openMain } from '../../content/packs/main-content.ts'
import { versionOf } from '../../content/state/version.ts'
import { WopiError } from '../../protocol/errors.ts'
import { readMaxExpectedSize } from '../../protocol/headers.ts'
import { HEADERS } from '../../protocol/names.ts'
import { entityTagOf, isKnown } from '../shared/entity-tag.ts'
import { defineOperation } from '../shared/operation.ts'

/** GetFile: the bytes of the main content. */
export const getFile = defineOperation({
  name: 'GetFile',
  route: { method: 'GET', path: '/wopi/files/:fileId/contents' },
  permission: 'read',

  read: ({ header }) => ({
    maxExpectedSize: readMaxExpectedSize(header),
    ifNoneMatch: header('If-None-Match'),
  }),

  async run({ maxExpectedSize, ifNoneMatch }, { services, file, signal, share }) {
    const { document, manifest } = await services.manifests.of(file, share)
    const { size } = document
    if (size > maxExpectedSize)
      throw new WopiError('LARGER_THAN_EXPECTED', {
        detail: `The file has ${size} bytes; the client expects at most ${maxExpectedSize}`,
      })
    const version = versionOf(document)
    if (isKnown(ifNoneMatch, version)) return { version }
    const body = await openMain(services.opener, manifest, { signal, share })
    return { version, content: { body, size } }
  },

  reply({ version, content }) {
    const common = { ETag: entityTagOf(version), [HEADERS.itemVersion]: version }
    if (!content) return { status: 304, headers: common }
    return {
      status: 200,
      headers: { ...common, 'Content-Type': 'application/octet-stream' },
      body: content.body,
      contentLength: content.size,
    }
  },
})
