import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTestHost, MINUTE } from '../helpers/test-host.ts'
import { inFolder, leaveEarly, startDrilled } from './running-server.ts'

const LINE_MAX_BYTES = 16 * 1024
const DAY_MS = 24 * 60 * MINUTE
/** Most entries that a listing has. */
const LISTED_MAX = 10_000

describe('clients and clocks that are odd', () => {
  test('a client that leaves is no error of the host', () =>
    inFolder(async (data) => {
      await using drilled = await startDrilled(data)
      const fileId = await drilled.add(new Uint8Array(20_000_000))
      const target = (await drilled.target(fileId)).replace('?', '/contents?')

      for (let round = 0; round < 5; round += 1) await leaveEarly(drilled.server.url, target)
      await drilled[Symbol.asyncDispose]()

      const errors = drilled.lines
        .map((line) => JSON.parse(line) as { level: string; msg: string })
        .filter(({ level }) => level === 'error')
        .map(({ msg }) => msg)
      assert.deepEqual(errors, [])
    }))

  test('a line of the log is bounded, whatever the headers of a request hold', () =>
    inFolder(async (data) => {
      await using drilled = await startDrilled(data)
      const { server, lines } = drilled
      const long = 'i'.repeat(20_000)
      const headers = { 'X-WOPI-CorrelationId': long, 'X-Request-ID': long }

      await fetch(`${server.url}${await drilled.target(server.sampleFileId)}`, { headers })
      await drilled[Symbol.asyncDispose]()

      const lengths = lines.map((line) => line.length)
      assert.ok(Math.max(...lengths) <= LINE_MAX_BYTES, `a line has ${Math.max(...lengths)} bytes`)
    }))

  test('a lock that was taken while the clock was three days ahead ends when locks end', async () => {
    let now = Date.UTC(2026, 0, 4)
    const host = await createTestHost({ now: () => now })
    await host.lock('of the future')

    now -= 3 * DAY_MS
    await host.send('GET_LOCK')
    now += 31 * MINUTE
    const { headers } = await host.send('GET_LOCK')

    assert.equal(headers.get('X-WOPI-Lock'), '')
  })

  test('EnumerateChildren finds files of an extension behind many others', async () => {
    const host = await createTestHost({ inTree: true })
    const { containerId } = await host.tree.root({ userId: 'owner' })
    const create = (name: string) =>
      host.tree.createFile({ containerId, name, userId: 'owner', content: nothing() })
    for (let number = 0; number < LISTED_MAX; number += 1) await create(`a ${number}.docx`)
    await create('z.xlsx')

    const reply = await host.request(`/wopi/containers/${containerId}/children`, {
      token: 'alice:read+browse',
      headers: { 'X-WOPI-FileExtensionFilterList': '.xlsx' },
    })

    const { ChildFiles } = JSON.parse(reply.text) as { ChildFiles: { Name: string }[] }
    assert.deepEqual(
      ChildFiles.map(({ Name }) => Name),
      ['z.xlsx'],
    )
  })
})

async function* nothing(): AsyncGenerator<Uint8Array> {}
