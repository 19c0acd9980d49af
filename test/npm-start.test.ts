import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..')

let folder: string
const started: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-npm-'))
})
afterEach(async () => {
  for (const npm of started.splice(0)) endGroup(npm)
  await rm(folder, { recursive: true, force: true })
})

/** npm in a process group of its own, so that whatever it leaves behind can be ended, too. */
function startNpm(...args: string[]): ChildProcess & { printed: string } {
  const child = spawn('npm', [...args, '--port', '0', '--data', join(folder, 'data')], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const npm = Object.assign(child, { printed: '' })
  started.push(npm)
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      npm.printed += bytes
      npm.emit('printed')
    })
  return npm
}

async function until(npm: ReturnType<typeof startNpm>, text: string): Promise<void> {
  while (!npm.printed.includes(text)) {
    assert.equal(npm.exitCode, null, npm.printed)
    await once(npm, 'printed')
  }
}

/** Ends what is left of a process group; `false` when nothing was. */
function endGroup(leader: ChildProcess): boolean {
  try {
    return process.kill(-(leader.pid ?? 0), 'SIGKILL')
  } catch {
    return false
  }
}

describe('npm', { skip: process.platform === 'win32' && 'Windows has no signals' }, () => {
  const commands = [
    ['start', '--'],
    ['run', 'wopikit', '--', 'serve'],
  ]
  for (const command of commands)
    test(`npm ${command.join(' ')} stops the server when npm alone gets SIGTERM`, {
      timeout: 60_000,
    }, async () => {
      const npm = startNpm(...command)
      const ended = once(npm, 'close')
      await until(npm, 'Ctrl-C stops the server')
      const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(npm.printed) ?? []

      npm.kill('SIGTERM')
      // Not before everything that npm has started let go of its output.
      await ended
      const isLeft = endGroup(npm)

      assert.equal(isLeft, false, 'a process was left behind')
      assert.match(npm.printed, /"msg":"Stopping/)
      await assert.rejects(fetch(`${origin}/health`))
    })
})

test('on Windows, too, a script of npm runs the program, since exec is a word of shells', async () => {
  const lines = (await readFile(join(ROOT, 'exec.cmd'), 'utf8')).trimEnd().split('\r\n')

  assert.equal(lines.at(-1), '@%*')
})

test('a Node that is too old is told which one is needed, before it reads any program', async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const old = join(folder, 'old.cjs')
  await writeFile(old, "Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } })")

  for (const name of ['start', 'wopikit', 'test']) {
    const [, program, ...args] = scripts[name].split(' ')
    const failed = await promisify(execFile)(process.execPath, ['--require', old, ...args], {
      cwd: ROOT,
    }).catch((error) => error)

    assert.equal(program, 'node')
    assert.deepEqual([failed.code, failed.stdout], [1, ''])
    assert.match(failed.stderr, /^wopikit needs Node\.js 24 or newer, and this is 18\.20\.0\.\n/)
  }
})
