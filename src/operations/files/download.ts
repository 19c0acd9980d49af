import { openMain } from '../../content/packs/main-content.ts'
import { versionOf } from '../../content/state/version.ts'
import { readByteRange } from '../../protocol/byte-range.ts'
import { attachment } from '../../protocol/content-disposition.ts'
import { HEADERS } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** Download: the newest bytes for whoever has the address, as FileUrl and DownloadUrl promise. */
export const download = defineOperation({
  name: 'Download',
  route: { method: 'GET', path: '/wopi/files/:fileId/download' },
  permission: 'read',
  // Whoever has the address fetches it, and signs nothing.
  proof: 'none',

  read: ({ header }) => ({ range: header('Range'), ifRange: header('If-Range') }),

  async run({ range, ifRange }, { services, file, signal }) {
    const { document, manifest } = await services.manifests.of(file)
    const { name, size } = document
    const version = versionOf(document)
    const isSame = ifRange === undefined || ifRange === entityTag(version)
    const part = isSame ? readByteRange(range, size) : undefined
    const body = await openMain(services.opener, manifest, { range: part, signal })
    return { name, version, size, part, body }
  },

  reply: ({ name, version, size, part, body }) => ({
    status: part ? 206 : 200,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': attachment(name),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-cache',
      'Accept-Ranges': 'bytes',
      ETag: entityTag(version),
      [HEADERS.itemVersion]: version,
      ...(part && { 'Content-Range': `bytes ${part.start}-${part.end - 1}/${size}` }),
    },
    body,
    contentLength: part ? part.end - part.start : size,
  }),
})

function entityTag(version: string): string {
  return `"${version}"`
}
