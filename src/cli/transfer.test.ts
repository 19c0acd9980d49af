import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type ClientHost, openClientHost } from '../../test/helpers/client-host.ts'
import { noise } from '../../test/helpers/noise.ts'
import { docxOf } from '../../test/helpers/office-documents.ts'
import { type RunOptions, runIn } from '../../test/helpers/run-command.ts'
import { createWopiClient } from '../client/wopi-client.ts'
import { getCommand } from './get.ts'
import { putCommand } from './put.ts'

const PICTURE = noise(300_000)
const BEFORE = docxOf(['One'], PICTURE)
const AFTER = docxOf(['One', 'Two'], PICTURE)

const FRAME_HEADER_BYTES = 32

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

test('put and get bring a file to the host and back', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  await writeFile(join(folder, 'report.docx'), AFTER)

  const put = await run(putCommand, ['report.docx', wopiSrc, '--token', 'write', '--json'])
  const get = await run(getCommand, [wopiSrc, '-o', 'copy.docx', '--token', 'read', '--json'])

  assert.deepEqual(JSON.parse(put.stdout), {
    bytesSent: AFTER.length,
    bytesTotal: AFTER.length,
    chunksSent: 9,
    chunksTotal: 9,
    chunking: 'zip',
    sequenceNumber: 2,
    saved: true,
    resumed: false,
    resumable: true,
  })
  assert.equal(JSON.parse(get.stdout).bytesReceived, AFTER.length)
  assert.deepEqual(await fileOf('copy.docx'), AFTER)
  assert.deepEqual([put.code, get.code, put.stderr, get.stderr], [0, 0, '', ''])
  assert.deepEqual(await readdir(join(folder, 'state', 'wopikit', 'uploads')), [])
})

test('put and get print their result on a line of its own, not behind the progress', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  await writeFile(join(folder, 'report.docx'), AFTER)

  const put = await run(putCommand, ['report.docx', wopiSrc, '--token', 'write'], { tty: true })
  const get = await run(getCommand, [wopiSrc, '-o', 'copy', '--token', 'read'], { tty: true })

  for (const { terminal, stdout } of [put, get]) {
    const lines = terminal.split('\r\x1b[K')
    assert.ok(lines.some((line) => line.endsWith(' % of 301 kB')))
    assert.equal(lines.at(-1), stdout)
  }
})

test('put and get transfer only what differs', async () => {
  const wopiSrc = await host.add(BEFORE)
  await writeFile(join(folder, 'new.docx'), AFTER)
  await writeFile(join(folder, 'old.docx'), BEFORE)

  const put = await run(putCommand, ['new.docx', wopiSrc, '--token', 'write'])
  const get = await run(getCommand, [
    wopiSrc,
    ...['-o', 'old.docx', '--base', 'old.docx', '--token', 'read'],
  ])
  const again = await run(putCommand, ['new.docx', wopiSrc, '--token', 'write'])

  assert.match(
    put.stdout,
    /^Saved new\.docx as sequence number 2: sent \d+ B of 301 kB, 3 of 9 chunks/,
  )
  assert.match(get.stdout, /^Wrote old\.docx, sequence number 2: received \d+ B of 301 kB, 3 of 9/)
  assert.match(again.stdout, /^The host has this content already, at sequence number 2/)
  assert.deepEqual(await fileOf('old.docx'), AFTER)
})

test('put continues after a stop, and only the user can read its state', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  await writeFile(join(folder, 'report.docx'), AFTER)
  const arguments_ = [
    'report.docx',
    wopiSrc,
    '--token',
    'write',
    '--fragment-size',
    '64K',
    '--json',
  ]

  const stopped = await run(putCommand, arguments_, { stopAt: 'Sending' })
  const [name = ''] = await readdir(join(folder, 'state', 'wopikit', 'uploads'))
  const { mode } = await stat(join(folder, 'state', 'wopikit', 'uploads', name))
  const lock = await createWopiClient({ wopiSrc, accessToken: 'write' }).getLock()
  const resumed = await run(putCommand, arguments_)

  assert.equal(stopped.code, 130)
  assert.match(stopped.stderr, /"code":"STOPPED".*Run the same command again/)
  assert.equal(mode & 0o777, 0o600)
  assert.equal(lock, '')
  const result = JSON.parse(resumed.stdout)
  assert.deepEqual([result.resumed, result.sequenceNumber], [true, 2])
  assert.ok(result.bytesSent <= AFTER.length - 65_536 + 9 * FRAME_HEADER_BYTES)
  assert.deepEqual(await readdir(join(folder, 'state', 'wopikit', 'uploads')), [])
})

for (const [place, state] of [
  ['under /proc', '/proc/wopikit/state'],
  ['under a file', '/dev/null/state'],
] as const) {
  test(`put warns once that it cannot be resumed when its state folder is ${place}, and continues`, {
    timeout: 10_000,
  }, async () => {
    const wopiSrc = await host.add(new Uint8Array(0))
    await writeFile(join(folder, 'report.docx'), AFTER)
    const words = ['report.docx', wopiSrc, '--token', 'write', '--fragment-size', '64K']
    const env = { XDG_STATE_HOME: state }

    const stopped = await run(putCommand, words, { env, stopAt: 'Sending' })
    const put = await run(putCommand, words, { env })
    const other = await host.add(new Uint8Array(0))
    const json = await run(putCommand, ['report.docx', other, '--token', 'write', '--json'], {
      env,
    })

    assert.equal(stopped.code, 130)
    assert.match(
      stopped.stderr,
      /Stopped\.\nRun the same command again: it starts from the beginning/,
    )
    assert.equal(put.code, 0)
    assert.equal(put.stderr.match(/cannot be resumed if it breaks off/g)?.length, 1)
    assert.match(put.stderr, /set XDG_STATE_HOME/)
    assert.match(put.stdout, /^Saved report\.docx as sequence number 2/)
    assert.deepEqual([JSON.parse(json.stdout).resumable, json.stderr], [false, ''])
  })
}

test('put starts from the beginning when its state cannot be read', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  await writeFile(join(folder, 'report.docx'), AFTER)
  const arguments_ = [
    'report.docx',
    wopiSrc,
    '--token',
    'write',
    '--fragment-size',
    '64K',
    '--json',
  ]
  await run(putCommand, arguments_, { stopAt: 'Sending' })
  const states = join(folder, 'state', 'wopikit', 'uploads')
  const [name = ''] = await readdir(states)
  await writeFile(join(states, name), '{"version":1,')

  const result = await run(putCommand, arguments_)

  assert.deepEqual([result.code, JSON.parse(result.stdout).resumed], [0, false])
})

test('put and get take the token from the address or the environment', async () => {
  const wopiSrc = await host.add(BEFORE)
  await writeFile(join(folder, 'report.docx'), AFTER)

  const put = await run(putCommand, ['report.docx', `${wopiSrc}?access_token=write`])
  const get = await run(getCommand, [wopiSrc, '-o', 'copy.docx'], {
    env: { WOPIKIT_TOKEN: 'read' },
  })

  assert.deepEqual([put.code, get.code], [0, 0])
})

test('get leaves the output as it was when it fails', async () => {
  const wopiSrc = await host.add(AFTER)
  await writeFile(join(folder, 'copy.docx'), BEFORE)

  const failed = await run(getCommand, [wopiSrc, '-o', 'copy.docx', '--token', 'read'], {
    stopAt: 'Receiving',
  })

  assert.equal(failed.code, 130)
  assert.deepEqual(await fileOf('copy.docx'), BEFORE)
  assert.deepEqual(await readdir(folder), ['copy.docx'])
})

test('put says at once that a FIFO is not a file', { timeout: 5000 }, async () => {
  const wopiSrc = await host.add(BEFORE)
  execFileSync('mkfifo', [join(folder, 'fifo')])

  const failed = await run(putCommand, ['fifo', wopiSrc, '--token', 'write'])

  assert.equal(failed.code, 1)
  assert.match(failed.stderr, /fifo is not a file/)
})

test('put and get say how to mend each failure', async () => {
  const wopiSrc = await host.add(BEFORE)
  await writeFile(join(folder, 'report.docx'), AFTER)
  await mkdir(join(folder, 'empty'))
  await createWopiClient({ wopiSrc, accessToken: 'write' }).lock('theirs')
  const put = (...words: string[]) => run(putCommand, words)

  const outcomes = [
    await put('report.docx', wopiSrc, '--token', 'nonsense'),
    await put('report.docx', wopiSrc, '--token', 'write'),
    await put('report.docx', wopiSrc),
    await put('report.docx', 'doc1', '--token', 'write'),
    await put('missing.docx', wopiSrc, '--token', 'write'),
    await put('empty', wopiSrc, '--token', 'write'),
    await put('report.docx', `${wopiSrc}0`, '--token', 'write'),
  ]

  const expected: [number, RegExp][] = [
    [3, /401.*\nGet a new access token/],
    [3, /409.*\nClose the document in the other application/],
    [2, /set WOPIKIT_TOKEN/],
    [2, /WOPISRC is not the address of a document: "doc1"/],
    [1, /missing\.docx/],
    [1, /empty is not a file/],
    [3, /404.*\nCheck the document id/],
  ]
  for (const [index, [code, text]] of expected.entries()) {
    assert.equal(outcomes[index]?.code, code, `${index}: ${outcomes[index]?.stderr}`)
    assert.match(outcomes[index]?.stderr ?? '', text)
    assert.equal(outcomes[index]?.stdout, '')
  }
})

test('put says which fragment sizes it accepts', async () => {
  const parse = run(putCommand, ['a', 'b', '--token', 't', '--fragment-size', 'much'])

  await assert.rejects(parse, /512K or 8M/)
})

test('get refuses an answer that is not a document', async (context) => {
  const server: Server = createServer((_, response) =>
    response.end('<!doctype html><title>Sign in</title>'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo

  const failed = await run(getCommand, [`http://127.0.0.1:${port}/`, '-o', 'x', '--token', 't'])

  assert.equal(failed.code, 1)
  assert.match(failed.stderr, /Is WOPISRC the address of a document at a WOPI host/)
  assert.deepEqual(await readdir(folder), [])
})

const run = (command: typeof putCommand, words: string[], options?: RunOptions) =>
  runIn(folder, command, words, options)

async function fileOf(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(folder, name)))
}
