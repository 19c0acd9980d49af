import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type OutputOptions, openOutput } from './output.ts'
import { UsageError } from './transfer.ts'

const OUTPUT = join(import.meta.dirname, 'output.ts')
const isRoot = process.getuid?.() === 0

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-output-'))
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => join(folder, name)

async function write(path: string, text: string, options?: OutputOptions): Promise<void> {
  await using output = await openOutput(path, options)
  await output.file.writeFile(text)
  await output.commit()
}

describe('an output that is a file', () => {
  test('is replaced when all bytes are written, and not before', async () => {
    await writeFile(at('a'), 'old')

    await using output = await openOutput(at('a'))
    await output.file.writeFile('new')
    const during = await readFile(at('a'), 'utf8')
    await output.commit()

    assert.deepEqual([during, await readFile(at('a'), 'utf8')], ['old', 'new'])
    assert.deepEqual(await readdir(folder), ['a'])
  })

  test('stays as it was without a commit', async () => {
    await writeFile(at('a'), 'old')

    {
      await using output = await openOutput(at('a'))
      await output.file.writeFile('new')
    }

    assert.equal(await readFile(at('a'), 'utf8'), 'old')
    assert.deepEqual(await readdir(folder), ['a'])
  })

  test('keeps its mode and owner', async () => {
    await writeFile(at('a'), 'old')
    const owner = isRoot ? { uid: 1234, gid: 2345 } : await stat(at('a'))
    await chown(at('a'), owner.uid, owner.gid)
    await chmod(at('a'), 0o4750)

    await write(at('a'), 'new')

    const { mode, uid, gid } = await stat(at('a'))
    assert.deepEqual([mode & 0o7777, uid, gid], [0o4750, owner.uid, owner.gid])
  })

  test('is readable only for its owner until it has the mode of the file that it replaces', async () => {
    await writeFile(at('a'), 'old', { mode: 0o600 })

    await using output = await openOutput(at('a'))

    assert.equal((await output.file.stat()).mode & 0o777, 0o600)
  })

  test('gives no other group the rights of the old group when the group cannot be kept', {
    skip: isRoot ? false : 'only root can make a file of a group that is not its own',
  }, async () => {
    await writeFile(at('a'), 'old')
    await chown(at('a'), 1234, 2345)
    await chmod(at('a'), 0o2754)
    await chown(folder, 3456, 3456)
    const script = `const { openOutput } = await import(${JSON.stringify(OUTPUT)})
        process.setgroups([]); process.setgid(3456); process.setuid(3456)
        await using output = await openOutput(process.argv[1])
        await output.commit()`

    await promisify(execFile)(process.execPath, ['-e', script, at('a')])

    const { mode, uid, gid } = await stat(at('a'))
    assert.deepEqual([mode & 0o7777, uid, gid], [0o744, 3456, 3456])
  })

  test('replaces the target of a symbolic link, which stays a link', async () => {
    await mkdir(at('real'))
    await writeFile(at('real/a'), 'old')
    await symlink('real/a', at('link'))
    await symlink('real/b', at('dangling'))

    await write(at('link'), 'new')
    await write(at('dangling'), 'made')

    assert.ok((await lstat(at('link'))).isSymbolicLink())
    assert.ok((await lstat(at('dangling'))).isSymbolicLink())
    assert.equal(await readFile(at('real/a'), 'utf8'), 'new')
    assert.equal(await readFile(at('real/b'), 'utf8'), 'made')
    assert.deepEqual(await readdir(folder), ['dangling', 'link', 'real'])
  })

  test('is not replaced by an exclusive write, nor is the target of a link', async () => {
    await writeFile(at('a'), 'old')
    await symlink('nowhere', at('link'))

    for (const name of ['a', 'link'])
      await assert.rejects(
        write(at(name), 'new', { ifTaken: 'Go away.' }),
        /exists already. Go away/,
      )

    assert.equal(await readFile(at('a'), 'utf8'), 'old')
    assert.deepEqual(await readdir(folder), ['a', 'link'])
  })

  test('is not replaced by an exclusive write when it appeared meanwhile', async () => {
    await using output = await openOutput(at('a'), { ifTaken: 'Go away.' })
    await output.file.writeFile('new')
    await writeFile(at('a'), 'came meanwhile')

    await assert.rejects(output.commit(), /it exists already/)

    assert.equal(await readFile(at('a'), 'utf8'), 'came meanwhile')
  })
})

describe('an output that is not a file', () => {
  test('a device receives the bytes, and stays a device', async () => {
    const before = await stat('/dev/null')

    await write('/dev/null', 'gone')

    const after = await stat('/dev/null')
    assert.ok(after.isCharacterDevice())
    assert.deepEqual([after.ino, after.rdev], [before.ino, before.rdev])
  })

  test('a device without room fails with a message', async () => {
    await assert.rejects(write('/dev/full', 'text'), /dev.full cannot be written: there is no room/)
  })

  test('a FIFO receives the bytes, also when its reader comes late and reads slowly', async () => {
    execFileSync('mkfifo', [at('fifo')])
    const text = 'x'.repeat(300_000)

    const writing = write(at('fifo'), text)
    const reader = spawn('sh', ['-c', 'sleep 0.3; cat "$0"', at('fifo')])
    const closed = once(reader, 'close')
    let received = ''
    reader.stdout.on('data', (bytes) => {
      received += bytes
    })
    await writing
    await closed

    assert.equal(received, text)
    assert.ok((await lstat(at('fifo'))).isFIFO())
  })

  test('a FIFO without a reader is given up when the user stops the command', async () => {
    execFileSync('mkfifo', [at('fifo')])
    await using output = await openOutput(at('fifo'))
    const reason = new Error('enough')

    const committed = output.commit(AbortSignal.abort(reason))

    await assert.rejects(committed, reason)
  })

  test('the standard output receives the bytes after earlier output, and is recognized', async () => {
    const script = `const { openOutput } = await import(${JSON.stringify(OUTPUT)})
      await using output = await openOutput('/dev/stdout')
      await output.file.writeFile(output.isStdout ? 'document ' : 'no ')
      await output.commit()`
    const command = '{ printf "before "; "$0" -e "$1"; printf after; } >> "$2"'
    await writeFile(at('log'), 'first ')

    await promisify(execFile)('sh', ['-c', command, process.execPath, script, at('log')])
    const piped = await promisify(execFile)(process.execPath, ['-e', script])

    assert.equal(await readFile(at('log'), 'utf8'), 'first before document after')
    assert.equal(piped.stdout, 'document ')
  })

  test('a folder, a socket, a disk and an impossible path are refused with a message', async () => {
    const server = createServer().listen(at('socket'))
    await once(server, 'listening')
    await symlink('circle', at('circle'))
    await writeFile(at('file'), '')
    const disk = ['/dev/vda', '/dev/sda', '/dev/loop0', '/dev/nvme0n1']
    const disks = await Promise.all(
      disk.map((path) =>
        stat(path).then(
          () => [path],
          () => [],
        ),
      ),
    )
    const expected: [string, RegExp][] = [
      [folder, /it is a folder; name a file in it/],
      [at('socket'), /it is a socket/],
      [at('circle'), /lead in a circle/],
      [at('none/file'), /its folder does not exist/],
      [at('file/file'), /what should be its folder is a file/],
      [at('n'.repeat(300)), /the name is too long/],
      ...disks.flat().map((path): [string, RegExp] => [path, /it is a disk/]),
    ]

    for (const [path, words] of expected)
      await assert.rejects(
        openOutput(path),
        (error) => error instanceof UsageError && words.test(error.message),
        path,
      )
    server.close()

    assert.deepEqual(await readdir(folder), ['circle', 'file'])
  })
})
