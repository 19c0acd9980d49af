import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readConfig } from '../../src/server/config.ts'
import { PERMISSIONS } from '../../src/server/open-admin.ts'
import { type RunningServer, startServer } from '../../src/server/run.ts'
import { once } from '../helpers/test-host.ts'
import { COLLABORA } from './collabora.ts'
import { ONLYOFFICE } from './onlyoffice.ts'
import { play, type Stage, type Transcript } from './transcript.ts'

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }
const HOUR_MS = 60 * 60 * 1000

/**
 * Neither editor's server is a package of npm. Their requests are written down as their sources send
 * them, with the replies that they cannot do without.
 */
describe('Editors find what they need in every reply', () => {
  let folder: string
  let server: RunningServer

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wopikit-transcripts-'))
    const flags = {
      data: join(folder, 'data'),
      port: '0',
      viewUrl: 'https://docs.example.com/view/{fileId}',
      editUrl: 'https://docs.example.com/edit/{fileId}',
    }
    server = await startServer(readConfig({ flags }), { log: QUIET })
  })

  after(async () => {
    server.cut()
    await server.close()
    await rm(folder, { recursive: true })
  })

  for (const transcript of [...COLLABORA, ...ONLYOFFICE])
    test(transcript.name, async () => {
      const stage = await setUp(server, transcript)

      await play(transcript, stage)

      const { body } = await server.host.documents.open(stage.fileId)
      const parts: Uint8Array[] = []
      for await (const part of body) parts.push(part)
      assert.equal(Buffer.concat(parts).toString(), transcript.leaves)
    })
})

async function setUp(server: RunningServer, { document }: Transcript): Promise<Stage> {
  const { fileId } = await server.host.admin.add({
    name: document.name,
    ownerId: 'alice@example.com',
    content: () => once(Buffer.from(document.content)),
  })
  const tokenOf = async (userId: string) => {
    const token = { fileId, userId, displayName: userId, permissions: PERMISSIONS, ttlMs: HOUR_MS }
    return (await server.access.mint(token)).accessToken
  }
  return {
    wopiSrc: server.host.wopiSrc(fileId),
    fileId,
    token: await tokenOf('alice@example.com'),
    secondToken: await tokenOf('bob@example.com'),
  }
}
