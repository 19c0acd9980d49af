import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Config, readConfig } from '../server/config.ts'
import { createLog } from '../server/logging.ts'
import { type RunningServer, startServer } from '../server/run.ts'
import { announcement } from './announcement.ts'

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/

let data: string
let config: Config
let server: RunningServer

before(async () => {
  data = await mkdtemp(join(tmpdir(), 'wopikit-announcement-'))
  config = readConfig({ file: { port: 0, data } })
  server = await startServer(config, { log: createLog('silent', { write: () => {} }) })
})
after(async () => {
  await server.close()
  await rm(data, { recursive: true })
})

function announced(
  options: { isTTY?: boolean; json?: boolean; host?: string; sampleFileId?: string } = {},
): Promise<string> {
  const { isTTY = true, json, host = config.host, sampleFileId = server.sampleFileId } = options
  const io = { env: { INIT_CWD: data }, stdout: { isTTY, write: () => {} } }
  return announcement({ ...server, sampleFileId }, { ...config, host }, { json, io })
}

describe('announcement', () => {
  test('announcement prints a token to a terminal, for the sample document only', async () => {
    const [token = ''] = TOKEN.exec(await announced()) ?? []
    const ask = (path: string) => fetch(`${server.url}/wopi/${path}access_token=${token}`)

    const info = await ask(`files/${server.sampleFileId}?`)
    const ecosystem = await fetch(
      `${server.url}/wopi/files/${server.sampleFileId}/ecosystem_pointer?access_token=${token}`,
    )
    const shared = (await info.json()) as { UserCanWrite: boolean }

    assert.deepEqual([info.status, shared.UserCanWrite], [200, true])
    assert.notEqual(ecosystem.status, 200)
    assert.equal((await ask('ecosystem?')).status, 404)
  })

  test('announcement prints no token to a file, when other machines can connect, or for a real document', async () => {
    for (const options of [
      { isTTY: false },
      { host: '0.0.0.0' },
      { host: 'docs.example.com' },
      { json: true },
      { sampleFileId: 'report' },
    ])
      assert.doesNotMatch(await announced(options), TOKEN, JSON.stringify(options))
  })
})
