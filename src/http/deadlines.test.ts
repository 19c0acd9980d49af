import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestLog } from '../../test/helpers/http-server.ts'
import { createMemoryBlobStore } from '../stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../stores/metadata/sqlite/in-memory.ts'
import { createHost } from './create-host.ts'
import type { HostOptions } from './host-options.ts'

const never = () => new Promise<never>(() => {})
const HANGING: Record<string, Partial<HostOptions>> = {
  properties: { properties: never },
  proofKeys: { proofKeys: { keys: never, refresh: never } },
}

for (const [option, hanging] of Object.entries(HANGING))
  test(`CheckFileInfo answers 500 when an answer of ${option} takes too long`, async () => {
    const permissions = new Set(['read'] as const)
    const host = createHost({
      publicUrl: 'http://localhost',
      metadata: createMemoryMetadataStore(),
      blobs: createMemoryBlobStore(),
      access: {
        authenticate: async () => ({ userId: 'a', displayName: 'A', permissions, expiresAt: 0 }),
      },
      log: createTestLog(),
      deadlines: { answerMs: 1 },
      ...hanging,
    })
    const content = new Blob([]).stream()
    const fileId = await host.documents.create({ name: 'a.docx', ownerId: 'a', content })

    const reply = await host.fetch(new Request(`${host.wopiSrc(fileId)}?access_token=t`))

    assert.equal(reply.status, 500)
  })
