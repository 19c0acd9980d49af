import assert from 'node:assert/strict'
import { glob, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Command } from 'commander'
import { nameKey } from '../protocol/file-name.ts'
import { openStores } from '../server/compose.ts'
import { readConfig } from '../server/config.ts'
import { createLog } from '../server/logging.ts'
import { type RunningServer, startServer } from '../server/run.ts'
import { addCommand } from './add.ts'
import { lsCommand } from './ls.ts'
import { sessionsCommand } from './sessions.ts'
import { sweepCommand } from './sweep.ts'
import { tokenCommand } from './token.ts'
import type { TransferIo } from './transfer.ts'
import { verifyCommand } from './verify.ts'

/** The effects of a command on its process. */
interface Ran {
  stdout: string
  stderr: string
  exitCode: number
}

let folder: string
let data: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-cli-'))
  data = join(folder, 'wopikit-data')
})
afterEach(() => rm(folder, { recursive: true }))

/** Runs a command in the folder of the test. */
async function wopikit(...args: string[]): Promise<Ran> {
  const ran: Ran = { stdout: '', stderr: '', exitCode: 0 }
  const io: TransferIo = {
    env: { INIT_CWD: folder },
    stdout: { write: (text) => (ran.stdout += text) },
    stderr: { write: (text) => (ran.stderr += text) },
    exit: (code) => {
      ran.exitCode = code
    },
    signals: { on: () => {}, once: () => {}, off: () => {} },
  }
  const root = new Command('wopikit').enablePositionalOptions()
  const commands = [
    addCommand,
    lsCommand,
    tokenCommand,
    sessionsCommand,
    verifyCommand,
    sweepCommand,
  ]
  for (const create of commands) root.addCommand(create(io))
  await root.parseAsync(args, { from: 'user' })
  return ran
}

/** The JSON that a command printed. */
async function wopikitJson<T>(...args: string[]): Promise<T> {
  const { stdout, stderr } = await wopikit(...args, '--json')
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

async function serveData(): Promise<RunningServer> {
  const log = createLog('silent', { write: () => {} })
  return startServer(readConfig({ file: { port: 0, data } }), { log })
}

/** Adds a file with this content. */
async function addFile(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content)
  return (await wopikitJson<{ fileId: string }>('add', name)).fileId
}

describe('wopikit add and token', () => {
  test('add and token make a document that a running server serves', async () => {
    const server = await serveData()

    await writeFile(join(folder, 'notes.txt'), 'hello')
    const added = await wopikitJson<{ fileId: string; wopiSrc: string }>('add', 'notes.txt')
    const user = ['--user', 'ada', '--name', 'Ada L.', '--permission', 'write', '--ttl', '10h']
    const token = await wopikitJson<{
      accessToken: string
      accessTokenTtl: number
      wopiSrc: string
    }>('token', added.fileId, ...user)
    const info = await fetch(`${token.wopiSrc}?access_token=${token.accessToken}`)
    const content = await fetch(`${token.wopiSrc}/contents?access_token=${token.accessToken}`)
    const seen = (await info.json()) as Record<string, unknown>
    const text = await content.text()
    await server.close()

    assert.equal(added.wopiSrc, token.wopiSrc)
    assert.equal(added.wopiSrc, server.host.wopiSrc(added.fileId))
    assert.equal(text, 'hello')
    assert.deepEqual(
      [seen.BaseFileName, seen.UserFriendlyName, seen.UserCanWrite],
      ['notes.txt', 'Ada L.', true],
    )
    const left = token.accessTokenTtl - Date.now()
    assert.ok(left > 9.9 * 3_600_000 && left <= 10 * 3_600_000)
  })

  test('add uses --name and --id, and refuses an id that is taken', async () => {
    const first = await addFile('a.txt', 'a')
    const named = await wopikit('add', 'a.txt', '--id', 'Mine-1', '--name', 'Größe.txt', '--json')
    const again = await wopikit('add', 'a.txt', '--id', 'Mine-1', '--json')

    assert.match(first, /^[0-9a-f]{32}$/)
    assert.equal(JSON.parse(named.stdout).fileId, 'Mine-1')
    assert.equal(again.exitCode, 3)
    assert.equal(JSON.parse(again.stderr).error.code, 'DOCUMENT_EXISTS')
  })

  test('add says how to mend every mistake, and changes nothing', async () => {
    await writeFile(join(folder, 'a.txt'), 'a')
    const mistakes: [string[], number, RegExp][] = [
      [['add', 'nope.txt'], 1, /cannot be read.*nope\.txt.*\n.*a relative path starts/],
      [['add', '.', '--name', 'x.txt'], 1, /is not a file/],
      [['add', 'a.txt', '--name', 'a:b.txt'], 2, /character that is not allowed.*\n.*--name/],
      [['add', 'a.txt', '--name', 'noextension'], 2, /no extension.*\n.*--name/],
      [['add', 'a.txt', '--name', '.hidden.txt'], 2, /starts with a dot/],
      [['add', 'a.txt', '--container', 'a b'], 2, /containerId must be/],
      [['add', 'a.txt', '--container', 'nope'], 3, /no such container: nope\n.*wopikit ls/],
      [['add', 'a.txt', '--id', 'a b'], 2, /fileId must be/],
      [['add', 'a.txt', '--owner', 'a\nb'], 2, /--owner must have 1 to 150 bytes/],
      [['add', 'a.txt', '--max-file-bytes', '0'], 3, /larger than.*\n.*maxFileBytes/],
      [['add', 'a.txt', '--max-file-bytes', 'x'], 2, /--max-file-bytes must be a size/],
    ]

    for (const [args, code, message] of mistakes) {
      const ran = await wopikit(...args)
      assert.deepEqual([ran.exitCode, ran.stdout], [code, ''], args.join(' '))
      assert.match(ran.stderr, message)
    }
    const { documents } = await wopikitJson<{ documents: number }>('verify')
    assert.equal(documents, 0)
  })

  test('token says how to mend every mistake', async () => {
    const fileId = await addFile('a.txt', 'a')
    const mistakes: [string[], number, RegExp][] = [
      [['token', 'nope', '--user', 'ada'], 3, /no such document: nope\n.*wopikit add/],
      [['token', fileId, '--user', 'a\nb'], 2, /--user must have 1 to 150 bytes/],
      [['token', fileId, '--user', 'ada', '--name', ' '], 2, /name must have/],
      [['token', fileId, '--user', 'ada', '--permission', 'admin'], 2, /all, or a list of read, /],
      [['token', fileId, '--user', 'ada', '--permission', 'all,read'], 2, /all, or a list of/],
      [['token', '--user', 'ada'], 2, /either the fileId/],
      [['token', fileId, '--container', 'c', '--user', 'ada'], 2, /either the fileId/],
      [
        ['token', '--container', 'nope', '--user', 'ada'],
        3,
        /no such container: nope\n.*wopikit ls/,
      ],
      [['token', fileId, '--user', 'ada', '--ttl', '10'], 2, /--ttl must be a duration/],
      [['token', fileId, '--user', 'ada', '--ttl', '1000d'], 2, /366d/],
      [['token', fileId, '--user', 'ada', '--data', 'elsewhere'], 3, /no data here.*elsewhere/],
      [['token', fileId], 2, /for whom, with --user/],
      [['token', fileId, '--user', 'ada', '--all'], 2, /--all goes with --revoke/],
      [['token', '--revoke'], 2, /whose tokens to take back/],
      [['token', fileId, '--revoke', '--all'], 2, /either --all, or whose/],
      [['token', 'nope', '--revoke'], 3, /no such document: nope/],
    ]

    for (const [args, code, message] of mistakes) {
      const ran = await wopikit(...args)
      assert.deepEqual([ran.exitCode, ran.stdout], [code, ''], args.join(' '))
      assert.match(ran.stderr, message)
    }
  })

  test('token --revoke takes tokens back, and says whose', async () => {
    const fileId = await addFile('a.txt', 'a')
    const until = /^Tokens that were made until 20[^ ]+Z are not valid any more: /

    for (const [args, whose] of [
      [['--user', 'ada'], 'those of ada.'],
      [[fileId], `those of everybody for ${fileId}.`],
      [[fileId, '--user', 'ada'], `those of ada for ${fileId}.`],
      [['--all'], 'all of them.'],
    ] as const) {
      const { exitCode, stdout } = await wopikit('token', ...args, '--revoke')
      assert.equal(exitCode, 0)
      assert.match(stdout, until)
      assert.equal(stdout.replace(until, '').trim(), whose)
    }
  })

  test('token prints nothing but the token without --json', async () => {
    const fileId = await addFile('a.txt', 'a')

    const { stdout } = await wopikit('token', fileId, '--user', 'ada')

    assert.match(stdout, /^[A-Za-z0-9._-]+\n$/)
  })
})

/** The permissions of a token that `token` makes with this option, at its resource. */
async function permissionsOf(...args: string[]): Promise<string[]> {
  const made = await wopikitJson<{ accessToken: string }>('token', ...args, '--user', 'ada')
  const payload = Buffer.from(made.accessToken.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(payload).scope.split(' ')
}

describe('wopikit token --permission', () => {
  test('token accepts a permission, all, or a list, and always includes read', async () => {
    const fileId = await addFile('a.txt', 'a')
    const all = ['read', 'write', 'create', 'rename', 'delete', 'browse']

    assert.deepEqual(await permissionsOf(fileId), ['read'])
    assert.deepEqual(await permissionsOf(fileId, '--permission', 'write'), ['read', 'write'])
    assert.deepEqual(await permissionsOf(fileId, '--permission', 'all'), all)
    assert.deepEqual(await permissionsOf(fileId, '--permission', 'browse, create'), [
      'read',
      'create',
      'browse',
    ])
  })
})

describe('wopikit add, ls and token in the tree', () => {
  test('add says when it chooses another name', async () => {
    await addFile('a.txt', 'a')

    const { stdout } = await wopikit('add', 'a.txt')
    const third = await wopikitJson<{ name: string }>('add', 'a.txt')

    assert.match(stdout, /^Added a \(2\)\.txt as [0-9a-f]{32} \(a\.txt is taken\)\n/)
    assert.equal(third.name, 'a (3).txt')
  })

  test('ls lists the root container, and the containers in it by their ids', async () => {
    const inRoot = await addFile('a.txt', 'abc')
    const root = await wopikitJson<{ containerId: string }>('ls')
    const containerId = await addContainer(root.containerId, 'Sub')
    const inSub = await wopikitJson<{ fileId: string }>('add', 'a.txt', '--container', containerId)

    const above = await wopikitJson('ls')
    const below = await wopikitJson('ls', containerId)
    const text = await wopikit('ls')

    assert.deepEqual(above, {
      ...root,
      containers: [{ containerId, name: 'Sub' }],
      files: [{ fileId: inRoot, name: 'a.txt', size: 3 }],
    })
    assert.deepEqual(below, {
      containerId,
      name: 'Sub',
      containers: [],
      files: [{ fileId: inSub.fileId, name: 'a.txt', size: 3 }],
    })
    assert.match(
      text.stdout,
      new RegExp(`Sub/  \\(container ${containerId}\\)\n  a.txt  3 B  ${inRoot}`),
    )
  })

  test('ls refuses an unknown container', async () => {
    await addFile('a.txt', 'a')

    const { exitCode, stderr } = await wopikit('ls', 'nope')

    assert.equal(exitCode, 3)
    assert.match(stderr, /no such container: nope/)
  })

  test('token makes a token for a container, with its address at the running server', async () => {
    const server = await serveData()
    const { containerId } = await wopikitJson<{ containerId: string }>('ls')
    const token = await wopikitJson<{ accessToken: string; wopiSrc: string }>(
      'token',
      ...['--container', containerId, '--user', 'ada', '--permission', 'all'],
    )

    const info = await fetch(`${token.wopiSrc}?access_token=${token.accessToken}`)
    await server.close()

    assert.equal(token.wopiSrc, `${server.url}/wopi/containers/${containerId}`)
    assert.equal(info.status, 200)
  })
})

/** Adds a container to the store. */
async function addContainer(parentId: string, name: string): Promise<string> {
  const { metadata, close } = await openStores({ dataDir: data })
  const place = { containerId: parentId, nameKey: nameKey(name) }
  const made = await metadata.createContainer({ containerId: 'sub', name, ownerId: 'ada', place })
  await close()
  assert.ok(made.ok)
  return 'sub'
}

describe('wopikit sessions', () => {
  test('sessions lists and cancels open upload sessions, while the server runs', async () => {
    const server = await serveData()
    const fileId = server.sampleFileId
    const user = ['--user', 'ada', '--permission', 'write']
    const { accessToken, wopiSrc } = await wopikitJson<{ accessToken: string; wopiSrc: string }>(
      'token',
      fileId,
      ...user,
    )
    const headers = { 'X-WOPI-Override': 'CREATE_UPLOAD_SESSION' }

    await fetch(`${wopiSrc}?access_token=${accessToken}`, { method: 'POST', headers })
    const listed = await wopikitJson<{ id: string }[]>('sessions')
    const text = await wopikit('sessions', 'list')
    const cancelled = await wopikit('sessions', 'cancel', listed[0]?.id ?? '')
    const left = await wopikitJson<unknown[]>('sessions', 'list')
    const again = await wopikit('sessions', 'cancel', listed[0]?.id ?? '')
    await server.close()

    assert.deepEqual(
      listed.map((session) => ({ ...session, id: '', createdAt: 0, expiresAt: 0 })),
      [{ id: '', fileId, userId: 'ada', received: 0, fragments: 0, createdAt: 0, expiresAt: 0 }],
    )
    assert.match(text.stdout, /user ada, 0 B, 30 minutes left/)
    assert.match(cancelled.stdout, /^Cancelled /)
    assert.deepEqual(left, [])
    assert.equal(again.exitCode, 3)
  })
})

describe('wopikit verify and sweep', () => {
  test('verify finds no damage in sound documents', async () => {
    await addFile('a.txt', 'a'.repeat(5000))

    const { exitCode, stdout } = await wopikit('verify')

    assert.equal(exitCode, 0)
    assert.match(
      stdout,
      /^1 document in 1 state, 0 upload sessions: 5\.0 kB read; nothing is damaged\./,
    )
  })

  test('verify names a damaged document, and exits with 1', async () => {
    const fileId = await addFile('a.txt', 'a'.repeat(5000))
    await flipByte(join(data, 'blobs'))

    const { exitCode, stdout } = await wopikit('verify', '--json')

    const { damage } = JSON.parse(stdout)
    assert.equal(exitCode, 1)
    assert.deepEqual([damage[0].fileId, damage[0].current], [fileId, true])
  })

  test('sweep reports what it has removed', async () => {
    await addFile('a.txt', 'a')

    const report = await wopikitJson<Record<string, unknown>>('sweep')

    assert.deepEqual([report.packsDeleted, report.more], [0, false])
  })

  test('verify reports a database that does not belong to the content, and --adopt accepts it', async () => {
    await addFile('a.txt', 'a')
    for (const file of ['wopikit.db', 'wopikit.db-wal', 'wopikit.db-shm'])
      await rm(join(data, file), { force: true })
    await (await openStores({ dataDir: data })).close()

    const found = await wopikit('verify')
    const added = await wopikit('add', join(folder, 'a.txt'))
    const adopted = await wopikit('verify', '--adopt')
    const again = await wopikit('verify')

    assert.deepEqual([found.exitCode, added.exitCode], [1, 1])
    assert.match(found.stdout, /belongs to another database.*verify --adopt/)
    assert.match(added.stderr, /do not belong together/)
    assert.deepEqual([adopted.exitCode, again.exitCode], [0, 0])
  })

  test('sweep refuses a budget that is not a duration', async () => {
    await addFile('a.txt', 'a')

    const { exitCode, stderr } = await wopikit('sweep', '--budget', '5')

    assert.equal(exitCode, 2)
    assert.match(stderr, /--budget must be a duration/)
  })
})

/** Flips a byte of the only document, which consists of the letter a. */
async function flipByte(blobs: string): Promise<void> {
  let flipped = 0
  for await (const entry of glob('**/*', { cwd: blobs, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const content = (await readFile(path)).indexOf('aaaa')
    if (content < 0) continue
    await using file = await open(path, 'r+')
    await file.write(Buffer.from('b'), 0, 1, content + 100)
    flipped += 1
  }
  assert.equal(flipped, 1)
}
