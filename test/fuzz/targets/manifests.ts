import assert from 'node:assert/strict'
import { StoredFormatError } from '../../../src/content/bytes/codec.ts'
import { decodeManifest, encodeManifest } from '../../../src/content/state/manifest-format.ts'
import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import { plainManifest } from '../../helpers/packed-states.ts'
import { createTestHost, testBytes } from '../../helpers/test-host.ts'
import { putChunked, putMessage, signatureOf } from '../../helpers/wopi-story.ts'
import { outcomeOf, pureTarget } from '../target.ts'

const CHECKSUM_BYTES = 16
const CHUNKS = [testBytes(30), testBytes(40, 2)]

/** Manifests: one that was changed is refused, or means the same when it is written again. */
export const manifests = pureTarget({
  name: 'manifests',
  dictionary: [
    Buffer.of(0xff, 0xff, 0xff, 0xff, 0x7f),
    Buffer.from(chunkIdOf(testBytes(30)), 'base64'),
  ],
  async seeds() {
    const host = await createTestHost()
    const empty = await manifestOf(host)
    const properties = [{ name: 'p', value: 'v', retention: 'KeepOnContentChange' as const }]
    const signatures = [signatureOf(CHUNKS), signatureOf(CHUNKS, { streamId: 'second' })]
    await putChunked(host, putMessage(signatures, { inline: CHUNKS, properties }))
    return [empty, await manifestOf(host)].map(unchecked)
  },
  run(input) {
    const read = outcomeOf(() => decodeManifest(input), StoredFormatError)
    if (!('value' in read)) return
    const again = decodeManifest(encodeManifest(read.value))
    assert.deepEqual(plainManifest(again), plainManifest(read.value))
  },
})

/** The same manifest in the format without a checksum, so that changes of it are looked at. */
function unchecked(manifest: Uint8Array): Uint8Array {
  return Uint8Array.of(1, ...manifest.subarray(1 + CHECKSUM_BYTES))
}

async function manifestOf(host: Awaited<ReturnType<typeof createTestHost>>): Promise<Uint8Array> {
  const found = await host.content.metadata.readDocument(host.fileId)
  const { key, manifestId } = found?.document ?? { key: '', manifestId: '' }
  return (await host.content.metadata.readManifest(key, manifestId)) ?? new Uint8Array(0)
}
