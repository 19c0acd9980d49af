import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const comment = (Id: string) => ({
  Type: 'comment',
  Id,
  Created: '2017-02-15T13:47:13000000Z',
  Data: { ContentId: 'c', ContentAction: 'created' },
})

test('AddActivities keeps what it knows, and answers each activity by its id', async () => {
  const host = await createTestHost()

  const reply = await add(host, [comment('ABC-1'), { Type: 'other', Id: 'abc-2', Data: {} }])

  assert.deepEqual(JSON.parse(reply.text), {
    ActivityResponses: [
      { Id: 'ABC-1', Status: 0 },
      { Id: 'abc-2', Status: 3 },
    ],
  })
  const [kept, ...more] = await keptOf(host)
  assert.deepEqual(more, [])
  assert.deepEqual([kept?.activityId, kept?.userId], ['ABC-1', 'alice'])
  assert.deepEqual(JSON.parse(kept?.json ?? ''), comment('ABC-1'))
})

test('AddActivities answers whatever has a type that it does not know, however long', async () => {
  const host = await createTestHost()
  const strange = { Id: 'i'.repeat(2000), Type: 't'.repeat(2000) }

  assert.deepEqual(JSON.parse((await add(host, [strange])).text), {
    ActivityResponses: [{ Id: strange.Id, Status: 3 }],
  })
})

test('AddActivities of none is answered by none', async () => {
  const host = await createTestHost()

  assert.deepEqual(JSON.parse((await add(host, [])).text), { ActivityResponses: [] })
})

test('AddActivities keeps the newest thousand of a file', async () => {
  const host = await createTestHost()

  for (let page = 0; page < 11; page++)
    await add(
      host,
      Array.from({ length: 100 }, (_, index) => comment(`${page}-${index}`)),
    )

  const kept = await keptOf(host)
  assert.deepEqual(
    [kept.length, kept[0]?.activityId, kept.at(-1)?.activityId],
    [1000, '10-99', '1-0'],
  )
})

test('AddActivities that cannot be read is 400, too large 413, and nothing is kept', async () => {
  const host = await createTestHost()

  for (const body of ['', '{', 'null', '[]', '{"Activities":{}}'])
    assertRefused(await send(host, body), 400)
  assertRefused(await send(host, '['.repeat(100_000)), 400)
  assertRefused(await add(host, [comment('kept?'), { Type: 'comment' }]), 400)
  assertRefused(await add(host, Array(101).fill(comment('a'))), 400)
  assertRefused(await add(host, [{ ...comment('a'), Text: 'x'.repeat(300_000) }]), 413)
  assert.deepEqual(await keptOf(host), [])
})

test('AddActivities needs the right to write', async () => {
  const host = await createTestHost()

  assertRefused(await send(host, '{"Activities":[]}', 'bob:read'), 404)
})

function add(host: TestHost, activities: readonly unknown[]) {
  return send(host, JSON.stringify({ Activities: activities }))
}

function send(host: TestHost, text: string, token = 'alice:write') {
  return host.send('ADD_ACTIVITIES', { body: new TextEncoder().encode(text), token })
}

async function keptOf(host: TestHost) {
  const found = await host.content.metadata.readDocument(host.fileId)
  return host.content.metadata.listActivities(found?.document.key ?? '', 2000)
}
