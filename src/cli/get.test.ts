import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arrayBuffer } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { type ClientHost, openClientHost } from '../../test/helpers/client-host.ts'
import { docxOf } from '../../test/helpers/office-documents.ts'
import { runIn } from '../../test/helpers/run-command.ts'
import { getCommand } from './get.ts'

const BEFORE = docxOf(['One'])
const AFTER = docxOf(['One', 'Two'])

let host: ClientHost
let folder: string

beforeEach(async () => {
  host = await openClientHost()
  folder = await mkdtemp(join(tmpdir(), 'wopikit-cli-'))
})

afterEach(async () => {
  await host.close()
  await rm(folder, { recursive: true })
})

test('get into a folder writes a file with the name of the document, and replaces no file', async () => {
  const wopiSrc = await host.add(AFTER)
  await mkdir(join(folder, 'here'))
  const words = [wopiSrc, '-o', 'here', '--token', 'read']

  const first = await runIn(folder, getCommand, [...words, '--json'])
  await writeFile(join(folder, 'here', 'Report.docx'), BEFORE)
  const second = await runIn(folder, getCommand, words)

  assert.equal(JSON.parse(first.stdout).path, join(folder, 'here', 'Report.docx'))
  assert.equal(second.code, 2)
  assert.match(second.stderr, /Report\.docx exists already\. Name it with -o/)
  assert.deepEqual(await fileOf('here/Report.docx'), BEFORE)
})

test('get into a folder writes nowhere else, whatever name the host sends', async () => {
  const wopiSrc = await host.add(AFTER)
  const names = ['../../evil.docx', '/etc/evil.docx', '.bashrc', '..', '\u001b[2J.docx']
  await mkdir(join(folder, 'here'))

  for (const name of names) {
    await using server = await renaming(wopiSrc, name)
    const got = await runIn(folder, getCommand, [server.wopiSrc, '-o', 'here/', '--token', 'read'])
    assert.deepEqual([got.code, got.stderr], [0, ''], String(name))
  }

  assert.deepEqual(await readdir(folder), ['here'])
  assert.deepEqual(
    (await readdir(join(folder, 'here'))).toSorted(),
    ['--2J.docx', '-etc-evil.docx', '-..-evil.docx', 'bashrc', 'document'].toSorted(),
  )
})

test('get says that the folder does not exist when its target ends in a slash', async () => {
  const wopiSrc = await host.add(AFTER)

  const failed = await runIn(folder, getCommand, [wopiSrc, '-o', 'nowhere/', '--token', 'read'])

  assert.equal(failed.code, 2)
  assert.match(failed.stderr, /There is no folder .*nowhere\. Create it/)
  assert.deepEqual(await readdir(folder), [])
})

/** A host that serves the document at `wopiSrc` under the name `name`. */
async function renaming(wopiSrc: string, name: unknown) {
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify({ BaseFileName: name }))
    const headers = { 'x-wopi-override': String(request.headers['x-wopi-override']) }
    const { search } = new URL(request.url ?? '', wopiSrc)
    const body = await arrayBuffer(request)
    const reply = await fetch(`${wopiSrc}${search}`, { method: 'POST', headers, body })
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    response.end(Buffer.from(await reply.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    wopiSrc: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function fileOf(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(folder, name)))
}
