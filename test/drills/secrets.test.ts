import assert from 'node:assert/strict'
import { chmod, glob, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { spawnServer, startServer, wopikit } from '../helpers/wopikit-process.ts'
import { inFolder, startDrilled } from './running-server.ts'

/** How every signed token begins: `{"` in base64. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/
/** What group and others may do. */
const OTHERS = 0o077

describe('what must stay secret', () => {
  test('serve prints no token where its output is kept', () =>
    inFolder(async (dataDir) => {
      const { child, output } = spawnServer({ dataDir, serve: ['serve', '--host', '127.0.0.1'] })
      while (!output().includes('Ctrl-C') && child.exitCode === null) await delay(20)
      child.kill('SIGKILL')

      assert.doesNotMatch(output(), TOKEN)
    }))

  test('serve prints no token as JSON where its output is kept', () =>
    inFolder(async (dataDir) => {
      await using server = await startServer({ dataDir })

      assert.doesNotMatch(server.output(), TOKEN)
    }))

  test('no line of the log holds a token that stands in the path of an address', () =>
    inFolder(async (data) => {
      await using drilled = await startDrilled(data)
      const { server, lines } = drilled
      const token = await drilled.token(server.sampleFileId, 'read')
      const path = `${server.url}/wopi/files/${server.sampleFileId}`

      for (const odd of [';access_token=', '&access_token=', '/access_token=', '/contents/'])
        await (await fetch(`${path}${odd}${token}`)).arrayBuffer()
      await (await fetch(`${server.url}/${token}`)).arrayBuffer()
      await drilled[Symbol.asyncDispose]()

      assert.equal(lines.filter((line) => line.includes('"request"')).length, 5)
      assert.deepEqual(
        lines.filter((line) => line.includes(token)),
        [],
      )
    }))

  test('a data folder that was there before is closed to others', () =>
    inFolder(async (data) => {
      await mkdir(data)
      await chmod(data, 0o755)
      {
        await using _ = await startDrilled(data)
      }

      const folder = await stat(data)
      const open: string[] = []
      for await (const file of glob('wopikit.db*', { cwd: data }))
        if (((await stat(join(data, file))).mode & OTHERS) !== 0) open.push(file)

      assert.ok((folder.mode & OTHERS) === 0 || open.length === 0, `others may read ${open}`)
    }))

  test('a token that was revoked for its user opens nothing any more', () =>
    inFolder(async (dataDir) => {
      await using drilled = await startDrilled(dataDir)
      const { sampleFileId, url } = drilled.server
      const token = await drilled.token(sampleFileId, 'read')

      await wopikit(['token', sampleFileId, '--revoke', '--user', 'ada', '--data', dataDir])
      const reply = await fetch(`${url}/wopi/files/${sampleFileId}?access_token=${token}`)

      assert.equal(reply.status, 401)
    }))
})
