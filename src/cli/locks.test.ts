import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { readConfig } from '../server/config.ts'
import { createLog } from '../server/logging.ts'
import { type RunningServer, startServer } from '../server/run.ts'
import { locksCommand } from './locks.ts'
import type { TransferIo } from './transfer.ts'

const HOUR = 3_600_000

let folder: string
let server: RunningServer

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-locks-'))
  const file = { port: 0, data: join(folder, 'data') }
  server = await startServer(readConfig({ file }), { log: createLog('silent', { write() {} }) })
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** Runs `wopikit locks` beside the server. */
async function locks(...args: string[]) {
  const ran = { stdout: '', stderr: '', exitCode: 0 }
  const io: TransferIo = {
    env: { INIT_CWD: folder, WOPIKIT_DATA: 'data' },
    stdout: { write: (text) => (ran.stdout += text) },
    stderr: { write: (text) => (ran.stderr += text) },
    exit: (code) => {
      ran.exitCode = code
    },
    signals: { on() {}, once() {}, off() {} },
  }
  await locksCommand(io).parseAsync(args, { from: 'user' })
  return ran
}

async function add(name: string): Promise<string> {
  async function* content() {}
  return (await server.host.admin.add({ name, ownerId: 'ada', content })).fileId
}

async function send(fileId: string, userId: string, headers: Record<string, string>) {
  const { accessToken } = await server.access.mint({
    fileId,
    userId,
    displayName: `${userId}'s \u001b[31mname`,
    permissions: new Set(['read', 'write']),
    ttlMs: HOUR,
  })
  const address = `${server.host.wopiSrc(fileId)}?access_token=${accessToken}`
  const reply = await fetch(address, { method: 'POST', headers })
  return reply.headers.get('X-WOPI-Lock') ?? reply.status
}

const lock = (fileId: string, userId: string, lockId: string) =>
  send(fileId, userId, { 'X-WOPI-Override': 'LOCK', 'X-WOPI-Lock': lockId })
const heldLock = (fileId: string) => send(fileId, 'ada', { 'X-WOPI-Override': 'GET_LOCK' })

describe('wopikit locks', () => {
  test('locks lists file, kind, holder, age and time left, as text and as JSON', async () => {
    const fileId = await add('a.docx')
    await lock(fileId, 'ada', "it's L")

    const text = await locks()
    const json = await locks('list', '--json')

    const [listed, ...others] = JSON.parse(json.stdout)
    const { ageMs, remainingMs, ...rest } = listed
    assert.deepEqual(others, [])
    assert.deepEqual(rest, {
      fileId,
      name: 'a.docx',
      kind: 'WOPI',
      lockId: "it's L",
      userId: 'ada',
      displayName: "ada's \u001b[31mname",
    })
    assert.ok(ageMs >= 0 && ageMs < HOUR / 2 && remainingMs > 0 && remainingMs <= HOUR / 2)
    assert.match(
      text.stdout,
      new RegExp(
        `^${fileId}  a\\.docx, WOPI lock 'it'\\\\''s L', held by ada's �\\[31mname, user ada, ` +
          'taken \\d minutes? ago, 30 minutes left\\n$',
      ),
    )
  })

  test('locks release releases one lock, those of a file, and those of a user', async () => {
    const [one, two, three] = [await add('1.docx'), await add('2.docx'), await add('3.docx')]
    await lock(one, 'ada', 'L1')
    await lock(two, 'bob', 'L2')
    await lock(three, 'bob', 'L3')

    const byLock = await locks('release', '--file', one, '--lock', 'L1')
    const byUser = await locks('release', '--user', 'bob', '--json')
    await lock(one, 'ada', 'L4')
    const byFile = await locks('release', '--file', one)
    const left = await locks()

    assert.match(byLock.stdout, /^Released .* 1\.docx, WOPI lock L1/)
    const { released } = JSON.parse(byUser.stdout)
    assert.deepEqual(released.map(({ lockId }: { lockId: string }) => lockId).toSorted(), [
      'L2',
      'L3',
    ])
    assert.match(byFile.stdout, /^Released .* 1\.docx, WOPI lock L4/)
    assert.equal(left.stdout, 'There are no locks.\n')
    assert.deepEqual(
      [await heldLock(one), await heldLock(two), await heldLock(three)],
      ['', '', ''],
    )
  })

  test('locks release keeps locks that do not match, and says that there is no such lock', async () => {
    const fileId = await add('a.docx')
    await lock(fileId, 'ada', 'L')
    const mistakes: [string[], number, RegExp][] = [
      [['release'], 2, /Which locks\?.*--file/],
      [['release', '--lock', 'M'], 3, /no such lock: M\n.*wopikit locks/],
      [['release', '--file', fileId, '--user', 'ada', '--lock', 'M'], 3, /no such lock/],
      [['release', '--file', 'nope'], 3, /no such document: nope/],
      [['--file', 'nope'], 3, /no such document: nope/],
      [['release', '--file', 'a b'], 2, /fileId must be/],
    ]

    for (const [args, code, words] of mistakes) {
      const ran = await locks(...args)
      assert.deepEqual([ran.exitCode, ran.stdout], [code, ''], args.join(' '))
      assert.match(ran.stderr, words)
    }
    const nobody = await locks('release', '--user', 'bob')

    assert.deepEqual([nobody.exitCode, nobody.stdout], [0, 'There are no such locks.\n'])
    assert.equal(await heldLock(fileId), 'L')
  })
})
