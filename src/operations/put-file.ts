import { commitOrSweep } from '../content/commit.ts'
import { applyWholePut, checkState } from '../content/next-state.ts'
import { storeWholeContent, tooLarge } from '../content/whole-content.ts'
import { roundTripTime } from '../protocol/check-file-info.ts'
import { readOptionalLockId } from '../protocol/headers.ts'
import { decodeLocks } from '../protocol/locks/state.ts'
import { checkPutFile } from '../protocol/locks/writing.ts'
import { HEADERS, OVERRIDES } from '../protocol/names.ts'
import { itemVersion } from './item-version.ts'
import { requireLock } from './locking.ts'
import { defineOperation } from './operation.ts'

/** PutFile: replaces the whole content by the body. */
export const putFile = defineOperation({
  name: 'PutFile',
  route: { method: 'POST', path: '/wopi/files/:fileId/contents', override: OVERRIDES.put },
  permission: 'write',

  read: ({ header, contentLength, body }) => ({
    lockId: readOptionalLockId(header),
    contentLength,
    body,
  }),

  async run({ lockId, contentLength, body }, { services, file, grant, now, signal }) {
    const maxBytes = services.limits.maxFileBytes
    requireLock(checkPutFile(decodeLocks(file.locks), { lockId, size: file.size }, now))
    if ((contentLength ?? 0) > maxBytes) throw tooLarge(maxBytes)
    const content = await storeWholeContent(services, file.key, body, { maxBytes, signal })

    const target = { fileId: file.fileId, documentKey: file.key, userId: grant.userId }
    const newPacks = content.extents.map((extent) => extent.pack)
    return commitOrSweep(services, target, newPacks, async ({ document, manifest, now }) => {
      const { size } = document
      const lock = requireLock(checkPutFile(decodeLocks(document.locks), { lockId, size }, now))
      const next = applyWholePut(manifest, content, now)
      checkState(next, maxBytes)
      return { manifest: next, validBefore: lock.validBefore, newPacks }
    })
  },

  /** The body is for clients of Collabora's kind, which save against the time they saw last. */
  reply: (saved) => ({
    status: 200,
    headers: { [HEADERS.itemVersion]: itemVersion(saved), 'Content-Type': 'application/json' },
    body: new TextEncoder().encode(
      JSON.stringify({ LastModifiedTime: roundTripTime(saved.modifiedAt) }),
    ),
  }),
})
