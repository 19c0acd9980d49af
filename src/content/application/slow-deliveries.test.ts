import assert from 'node:assert/strict'
import test from 'node:test'
import { createApplication } from '../../../test/helpers/application.ts'
import { createTestHost, MINUTE, testBytes } from '../../../test/helpers/test-host.ts'

test('a ninth document is delivered beside eight at which the application hangs, and that is told', async () => {
  const application = createApplication()
  const host = await createTestHost({ application: application.source })
  const { deliveries } = host
  assert.ok(deliveries)
  const ids = Array.from({ length: 9 }, (_, i) => `d${i}`)
  for (const id of ids) application.write(id, testBytes(50))
  const hung: string[] = []
  application.beforeSave = ({ fileId }) => {
    if (hung.length === 8) return
    hung.push(fileId)
    return new Promise(() => {})
  }
  deliveries.start()
  for (const id of ids) await save(id)
  await until(() => hung.length === 8)
  assert.equal(application.saves.length, 0)

  host.advance(MINUTE)
  host.alarms.ring()
  await until(() => application.saves.length === 1)

  const slow = host.logged.filter(({ message }) => message.startsWith('onSaved is slow'))
  assert.equal(slow.length, 8)
  const { operation, fileId, version, baseRevision, saveId } = slow[0]?.fields ?? {}
  assert.deepEqual([operation, version], ['onSaved', 2])
  assert.ok(hung.includes(String(fileId)) && baseRevision && saveId)

  async function save(id: string): Promise<void> {
    const target = `/wopi/files/${id}`
    const lock = { 'X-WOPI-Override': 'LOCK', 'X-WOPI-Lock': 'L' }
    await host.request(target, { method: 'POST', headers: lock })
    const put = { 'X-WOPI-Override': 'PUT', 'X-WOPI-Lock': 'L' }
    const saved = await host.request(`${target}/contents`, {
      method: 'POST',
      headers: put,
      body: testBytes(60),
    })
    assert.equal(saved.status, 200)
  }
})

test('a host that was not started says so at the first save, once', async () => {
  const application = createApplication()
  application.write('doc', testBytes(50))
  const host = await createTestHost({ application: application.source })
  await host.lock('L')

  await host.put(testBytes(60), 'L')
  await host.put(testBytes(70), 'L')

  assert.deepEqual(
    host.logged.map(({ message }) => message),
    ['Saves wait to be delivered: call host.start(), once, when the server starts'],
  )
})

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    assert.ok(turn < 10_000, 'it never happened')
    await new Promise(setImmediate)
  }
}
