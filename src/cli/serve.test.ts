import assert from 'node:assert/strict'
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { openRawHttp, requestHead } from '../../test/helpers/raw-http.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const AS_IN_A_CHECKOUT = 'npm run -s wopikit --'

let folder: string
let env: NodeJS.ProcessEnv

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-serve-'))
  env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: folder, INIT_CWD: folder }
})
afterEach(() => rm(folder, { recursive: true }))

/** The printed commands with this name, as arguments of `wopikit`. */
function printedCommands(output: string, name: string): string[][] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${AS_IN_A_CHECKOUT} ${name}`))
    .map((line) => line.slice(AS_IN_A_CHECKOUT.length + 1).split(' '))
}

async function wopikit(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env })
  return stdout
}

/** Runs the printed line that puts a token into the environment, as a shell does. */
async function takeToken(output: string): Promise<void> {
  const line = output.split('\n').find((text) => text.includes('export WOPIKIT_TOKEN=')) ?? ''
  const command = line.trim().replace(AS_IN_A_CHECKOUT, `'${process.execPath}' '${MAIN}'`)
  const shown = `${command}; printf %s "$WOPIKIT_TOKEN"`
  const { stdout } = await promisify(execFile)('sh', ['-c', shown], { env })
  env.WOPIKIT_TOKEN = stdout
}

/** A running `wopikit serve`, and its output so far. */
class Serving implements AsyncDisposable {
  printed = ''
  readonly child: ChildProcessByStdio<null, Readable, Readable>

  constructor(...args: string[]) {
    const own = ['serve', '--port', '0', ...args]
    this.child = spawn(process.execPath, [MAIN, ...own], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (bytes) => {
        this.printed += bytes
        this.child.emit('printed')
      })
    this.child.on('exit', () => this.child.emit('printed'))
  }

  /** Waits until the output contains a text. */
  async until(text: string): Promise<void> {
    while (!this.printed.includes(text)) {
      assert.equal(this.child.exitCode, null, this.printed)
      await once(this.child, 'printed')
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.child.exitCode !== null || !this.child.kill('SIGKILL')) return
    await once(this.child, 'exit')
  }
}

describe('wopikit serve', () => {
  test('serve prints commands that work as printed', async () => {
    const dataDir = join(folder, 'data with space')
    await using server = new Serving('--data', dataDir)
    await server.until('Ctrl-C')
    const output = server.printed
    const file = join(folder, 'welcome.docx')

    await takeToken(output)
    const [, curlTarget = ''] = /curl "([^"]+)"/.exec(output) ?? []
    const info = await fetch(curlTarget.replace('$WOPIKIT_TOKEN', env.WOPIKIT_TOKEN ?? ''))
    const [get = []] = printedCommands(output, 'get')
    await wopikit(get)
    await writeFile(file, Buffer.concat([await readFile(file), Buffer.from('more')]))
    const [put = []] = printedCommands(output, 'put')
    const told = await wopikit(put)

    assert.equal(((await info.json()) as { UserCanWrite: boolean }).UserCanWrite, true)
    assert.match(told, /sequence number 2/)
    assert.match(output, /add FILE --data '.*data with space'/)
  })

  test('serve prints commands that sign where proofs are demanded, and they work', async () => {
    await wopikit(['validate', '--new-proof-key', 'key.pem'])
    await using server = new Serving('--data', 'd', '--discovery', 'key.pem.discovery.xml')
    await server.until('Ctrl-C')
    await takeToken(server.printed)
    const [get = []] = printedCommands(server.printed, 'get')
    const [put = []] = printedCommands(server.printed, 'put')

    await wopikit(get)
    await writeFile(join(folder, 'welcome.docx'), 'something else')
    const told = await wopikit(put)
    const unsigned = await wopikit(get.slice(0, -2)).catch((error) => error)

    assert.match(told, /sequence number 2/)
    assert.doesNotMatch(server.printed, /curl "/)
    assert.equal(unsigned.code, 3)
    assert.match(unsigned.stderr, /X-WOPI-Proof and X-WOPI-TimeStamp are missing.*\n.*--proof-key/)
    assert.doesNotMatch(unsigned.stderr, /trying again/)
  })

  test('serve --json prints JSON, with everything that making a token needs', async () => {
    await using server = new Serving('--json', '--data', 'd')
    await server.until('}\n')

    const printed = JSON.parse(server.printed.split('\n')[0] ?? '')
    const token = await wopikit(['token', printed.fileId, '--user', 'ada', '--data', 'd'])
    const reply = await fetch(`${printed.wopiSrc}?access_token=${token.trim()}`)

    assert.deepEqual(Object.keys(printed), ['url', 'wopiSrc', 'fileId'])
    assert.ok(printed.wopiSrc.startsWith(`${printed.url}/wopi/files/`))
    assert.equal(reply.status, 200)
  })

  test('serve ends with 0 on SIGTERM', async () => {
    await using server = new Serving('--data', 'd')
    await server.until('Ctrl-C')

    server.child.kill('SIGTERM')
    const [code, signal] = await once(server.child, 'close')

    assert.deepEqual([code, signal], [0, null])
    assert.match(server.printed, /"msg":"Stopping/)
  })

  test('serve answers and ends although nobody reads its output', {
    timeout: 60_000,
  }, async () => {
    await using server = new Serving('--data', 'd')
    await server.until('Ctrl-C')
    const { child, printed } = server
    child.stdout.pause()
    child.stderr.pause()
    const address = `${/http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0]}/wopi/files/${'f'.repeat(128)}`
    const headers = { 'X-WOPI-CorrelationId': 'c'.repeat(1000), 'X-Request-ID': 'r'.repeat(1000) }

    for (let round = 0; round < 60; round += 1)
      await Promise.all(Array.from({ length: 25 }, () => fetch(address, { headers })))
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'exit')

    assert.deepEqual([code, signal], [0, null])
  })

  test('serve names what is wrong with its settings, and how to mend it', async () => {
    const args = ['serve', '--port', '99999', '--data', join(folder, 'd')]

    const failed = await promisify(execFile)(process.execPath, [MAIN, ...args], { env }).catch(
      (error) => error,
    )

    assert.equal(failed.code, 2)
    assert.match(failed.stderr, /--port must be a whole number.*\n.*configuration\.md/)
  })

  test('a command does not fail when the reader of its output leaves', async () => {
    const command = '{ "$0" "$1" --help; echo "code $?" >&2; } | true'

    const { stderr } = await promisify(execFile)('sh', ['-c', command, process.execPath, MAIN], {
      env,
    })

    assert.equal(stderr, 'code 0\n')
  })

  test('an unknown option or a missing argument ends with 2', async () => {
    for (const args of [['serve', '--nope'], ['add'], ['nope'], ['token', 'a']]) {
      const failed = await promisify(execFile)(process.execPath, [MAIN, ...args], { env }).catch(
        (error) => error,
      )
      assert.equal(failed.code, 2, args.join(' '))
    }
  })

  test('a later signal ends serve at once, also with a request in flight', async () => {
    await using server = new Serving('--data', 'd')
    await server.until('Ctrl-C')
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(server.printed)?.[1])
    const client = await openRawHttp(port)
    await client.write(requestHead('GET', '/health').slice(0, -2))

    server.child.kill('SIGTERM')
    await server.until('Stopping: ')
    const repeated = setInterval(() => server.child.kill('SIGTERM'), 50)
    const ended = once(server.child, 'close')
    await server.until('Stopping at once')
    clearInterval(repeated)
    const [code] = await ended
    await client.closed()

    assert.equal(code, 1)
    assert.match(server.printed, /Stopping at once/)
  })
})
