import assert from 'node:assert/strict'
import test from 'node:test'
import { createApplication } from '../../test/helpers/application.ts'
import { createTestHost, testBytes } from '../../test/helpers/test-host.ts'
import { createHostDeliveries } from './waiting-deliveries.ts'

test('deliveries that wait are listed with their last error, and tried again when asked to', async () => {
  const application = createApplication()
  application.write('doc', testBytes(50))
  const host = await createTestHost({ application: application.source })
  const deliveries = createHostDeliveries(host.deliveries)
  await host.lock('L')
  application.beforeSave = () => {
    throw new Error('the bucket is away')
  }
  host.deliveries?.start()
  await host.put(testBytes(60), 'L')
  let [waiting] = await deliveries.list()
  for (let turn = 0; turn < 1000 && !waiting?.lastError; turn++) {
    await new Promise(setImmediate)
    ;[waiting] = await deliveries.list()
  }

  application.beforeSave = () => {}
  const tried = await deliveries.retry({ fileId: 'doc' })
  await host.deliveries?.settled()

  assert.deepEqual(
    [waiting?.fileId, waiting?.version, waiting?.attempts, String(waiting?.lastError)],
    ['doc', 2, 1, 'Error: the bucket is away'],
  )
  assert.equal(tried, 1)
  assert.equal(application.saves.length, 1)
  assert.deepEqual(await deliveries.list(), [])
  await host.deliveries?.close()
})

test('a host that keeps all documents itself has no deliveries', async () => {
  const deliveries = createHostDeliveries(undefined)

  assert.deepEqual([await deliveries.list(), await deliveries.retry()], [[], 0])
})
