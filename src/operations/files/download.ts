import { openMain } from '../../content/packs/main-content.ts'
import { versionOf } from '../../content/state/version.ts'
import { readByteRange } from '../../protocol/byte-range.ts'
import { attachment } from '../../protocol/content-disposition.ts'
import { HEADERS } from '../../protocol/names.ts'
import { entityTagOf, isKnown } from '../shared/entity-tag.ts'
import { defineOperation } from '../shared/operation.ts'

/** Download: the newest bytes for whoever has the address, as FileUrl and DownloadUrl promise. */
export const download = defineOperation({
  name: 'Download',
  route: { method: 'GET', path: '/wopi/files/:fileId/download' },
  permission: 'read',
  // Whoever has the address fetches it, and signs nothing.
  proof: 'none',

  read: ({ header }) => ({
    range: header('Range'),
    ifRange: header('If-Range'),
    ifNoneMatch: header('If-None-Match'),
  }),

  async run({ range, ifRange, ifNoneMatch }, { services, file, signal, share }) {
    const { document, manifest } = await services.manifests.of(file, share)
    const { name, size } = document
    const version = versionOf(document)
    if (isKnown(ifNoneMatch, version)) return { version }
    const isSame = ifRange === undefined || ifRange === entityTagOf(version)
    const part = isSame ? readByteRange(range, size) : undefined
    const body = await openMain(services.opener, manifest, { range: part, signal, share })
    return { version, content: { name, size, part, body } }
  },

  reply: ({ version, content }) => {
    const common = {
      'Cache-Control': 'private, no-cache',
      ETag: entityTagOf(version),
      [HEADERS.itemVersion]: version,
    }
    if (!content) return { status: 304, headers: common }
    const { name, size, part, body } = content
    return {
      status: part ? 206 : 200,
      headers: {
        ...common,
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': attachment(name),
        'X-Content-Type-Options': 'nosniff',
        'Accept-Ranges': 'bytes',
        ...(part && { 'Content-Range': `bytes ${part.start}-${part.end - 1}/${size}` }),
      },
      body,
      contentLength: part ? part.end - part.start : size,
    }
  },
})
