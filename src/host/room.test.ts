import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, testBytes } from '../../test/helpers/test-host.ts'
import { BlobStoreFullError } from '../ports/blob-store.ts'

const ACTIVITIES = JSON.stringify({ Activities: [{ Id: '1', Type: 'comment', Data: 'x' }] })

/** A host whose store has only its reserve left from some moment on. */
async function hostThatFills() {
  let isFull = false
  const host = await createTestHost({
    content: testBytes(100),
    inTree: true,
    wrapStores: (stores) => ({
      ...stores,
      blobs: {
        ...stores.blobs,
        async checkRoom() {
          if (isFull) throw new BlobStoreFullError('full')
        },
      },
    }),
  })
  return {
    host,
    fill: () => {
      isFull = true
    },
  }
}

test('a host with only its reserve left refuses new metadata', async () => {
  const { host, fill } = await hostThatFills()
  const body = new TextEncoder().encode(ACTIVITIES)
  const before = await host.send('ADD_ACTIVITIES', { body })
  fill()

  const activities = await host.send('ADD_ACTIVITIES', { body })
  const session = await host.send('CREATE_UPLOAD_SESSION')
  const empty = await host.put(new Uint8Array(0))

  assert.equal(before.status, 200)
  assert.deepEqual([activities.status, session.status, empty.status], [500, 500, 500])
})

test('a host with only its reserve left reads, unlocks and deletes', async () => {
  const { host, fill } = await hostThatFills()
  await host.lock('L')
  fill()

  const read = await host.get()
  const unlocked = await host.send('UNLOCK', { headers: { 'X-WOPI-Lock': 'L' } })
  const deleted = await host.send('DELETE', { token: 'alice:all' })

  assert.deepEqual(read, testBytes(100))
  assert.deepEqual([unlocked.status, deleted.status], [200, 200])
})
