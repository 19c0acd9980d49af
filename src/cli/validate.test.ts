import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CONFIGURATIONS, type Configuration } from '../../test/validator/configurations.ts'
import { openValidatedHost, type ValidatedHost } from '../../test/validator/validated-host.ts'
import { validateCommand } from './validate.ts'

const CASES = `<WopiValidation>
  <PrereqCases>
    <TestCase Name="PlacesPrereq" Category="WopiCore"><Requests><CheckFileInfo><Validators>
      <JsonResponseContentValidator>
        <BooleanProperty Name="SupportsPlaces" ExpectedValue="true" IsRequired="true"/>
      </JsonResponseContentValidator>
    </Validators></CheckFileInfo></Requests></TestCase>
  </PrereqCases>
  <TestGroup Name="Good"><TestCases>
    <TestCase Name="Good.Info" Category="WopiCore"><Requests><CheckFileInfo/></Requests></TestCase>
    <TestCase Name="Good.Wait" Category="OfficeOnline">
      <Requests>
        <Lock Lock="left"/>
        <Delay DelayTimeInSeconds="86400"/>
      </Requests>
      <CleanupRequests><Unlock Lock="left"/></CleanupRequests>
    </TestCase>
  </TestCases></TestGroup>
  <TestGroup Name="Bad"><TestCases>
    <TestCase Name="Bad.Teapot" Category="WopiCore"><Requests><CheckFileInfo><Validators>
      <ResponseCodeValidator ExpectedCode="418"/>
    </Validators></CheckFileInfo></Requests></TestCase>
  </TestCases></TestGroup>
  <TestGroup Name="Slow" HasDelay="true"><TestCases>
    <TestCase Name="Slow.Info" Category="OfficeOnline"><Requests><CheckFileInfo/></Requests></TestCase>
  </TestCases></TestGroup>
  <TestGroup Name="Elsewhere">
    <PrereqTests><PrereqTest>PlacesPrereq</PrereqTest></PrereqTests>
    <TestCases>
      <TestCase Name="Elsewhere.Info" Category="WopiCore"><Requests><CheckFileInfo/></Requests></TestCase>
    </TestCases>
  </TestGroup>
</WopiValidation>`

const isProven = ({ proven }: Configuration) => proven

/** The effects of a command on its process. */
interface Ran {
  stdout: string
  stderr: string
  exitCode: number
}

describe('wopikit validate', () => {
  let folder: string
  let host: ValidatedHost

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wopikit-validate-'))
    await writeFile(join(folder, 'cases.xml'), CASES)
    host = await openValidatedHost(CONFIGURATIONS[0] as Configuration)
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  async function wopikit(
    args: string[],
    {
      isTTY = false,
      onOutput = () => {},
    }: { isTTY?: boolean; onOutput?: (text: string, signals: EventEmitter) => void } = {},
  ): Promise<Ran> {
    const ran: Ran = { stdout: '', stderr: '', exitCode: 0 }
    const signals = new EventEmitter()
    const command = validateCommand({
      env: { INIT_CWD: folder, WOPIKIT_TOKEN: host.endpoint.accessToken },
      stdout: {
        isTTY,
        write(text) {
          ran.stdout += text
          onOutput(text, signals)
        },
      },
      stderr: { write: (text) => (ran.stderr += text) },
      exit: (code) => {
        ran.exitCode = code
      },
      signals,
    })
    await command.exitOverride().parseAsync(args, { from: 'user' })
    assert.deepEqual(signals.eventNames(), [])
    return ran
  }

  function validate(...args: string[]): Promise<Ran> {
    const { wopiSrc } = host.endpoint
    return wopikit(['--wopisrc', wopiSrc, '--cases', 'cases.xml', ...args])
  }

  test('validate exits with 0 when all chosen cases have passed', async () => {
    const { stdout, stderr, exitCode } = await validate('--name', 'Good.Info')

    assert.match(stdout, /^ok {3}Good: Good\.Info$/m)
    assert.match(stdout, /^PASSED: 1 passed, 0 failed, 0 skipped/m)
    assert.deepEqual([stderr, exitCode], ['', 0])
  })

  test('validate exits with 1 when a case has failed, and shows the requests and answers', async () => {
    const { stdout, exitCode } = await validate('--group', 'Bad')

    assert.match(stdout, /^FAIL Bad: Bad\.Teapot$/m)
    assert.match(stdout, /^ {4}GET http:.*\/wopi\/files\//m)
    assert.match(stdout, /"BaseFileName":"test\.wopitest"/)
    assert.equal(exitCode, 1)
  })

  test('validate says at once that the host demands proofs, or proofs of another key', async () => {
    const { stdout: made } = await wopikit(['--new-proof-key', 'stranger.pem'])
    await using strict = await openValidatedHost(CONFIGURATIONS.find(isProven) as Configuration)
    const { wopiSrc, accessToken } = strict.endpoint
    const args = ['--wopisrc', wopiSrc, '--token', accessToken, '--cases', 'cases.xml']

    const unsigned = await wopikit(args)
    const foreign = await wopikit([...args, '--proof-key', 'stranger.pem'])

    assert.match(made, /stranger\.pem/)
    assert.match(unsigned.stderr, /refuses all requests: .*missing\.\n.*--proof-key FILE/)
    assert.match(foreign.stderr, /refuses all requests: No key of discovery.*\/wopi\/files\//)
    assert.deepEqual([unsigned.stdout, unsigned.exitCode, foreign.exitCode], ['', 2, 2])
  })

  test('validate exits with 1 when a case was skipped, unless --allow-skips is given', async () => {
    const mixed = ['--name', 'Elsewhere.Info', '--name', 'Good.Info']

    const strict = await validate(...mixed)
    const lax = await validate(...mixed, '--allow-skips')
    const alone = await validate('--group', 'Elsewhere', '--allow-skips')

    assert.match(strict.stdout, /^1 skipped: CheckFileInfo does not say SupportsPlaces = true$/m)
    assert.match(alone.stdout, /^FAILED: nothing was executed, 1 skipped/m)
    assert.deepEqual([strict.exitCode, lax.exitCode, alone.exitCode], [1, 0, 1])
  })

  test('validate leaves out the cases that wait, and says so', async () => {
    const names = ['--name', 'Good.Info', '--name', 'Slow.Info']

    const { stdout, exitCode } = await validate(...names)
    const all = await validate(...names, '--delays')

    assert.match(stdout, /^1 left out: it waits for locks to expire \(--delays\)$/m)
    assert.match(stdout, /^PASSED: 1 passed, 0 failed, 0 skipped/m)
    assert.equal(exitCode, 0)
    assert.match(all.stdout, /^PASSED: 2 passed, 0 failed, 0 skipped/m)
  })

  test('validate writes no token into any report', async () => {
    for (const reporter of ['terminal', 'tap', 'junit', 'html', 'json']) {
      const { stdout, stderr } = await validate('--group', 'Bad', '--reporter', reporter)

      assert.match(stdout, /Bad\.Teapot/)
      assert.ok(!`${stdout}${stderr}`.includes(host.endpoint.accessToken), reporter)
      assert.ok(!`${stdout}${stderr}`.includes('eyJ'), reporter)
    }
  })

  test('validate --output writes the report into the file, and shows the progress', async () => {
    const { stdout } = await validate(
      ...['--name', 'Good.Info', '--reporter', 'junit', '--output', 'report.xml'],
    )

    assert.match(await readFile(join(folder, 'report.xml'), 'utf8'), /<testcase name="Good.Info"/)
    assert.match(stdout, /^PASSED/m)
  })

  test('validate prints how a run ended when the report is for machines', async () => {
    const { stdout, stderr } = await validate('--name', 'Good.Info', '--json')

    assert.deepEqual(JSON.parse(stdout).totals, { passed: 1, failed: 0, skipped: 0 })
    assert.equal(stderr, 'PASSED: 1 passed, 0 failed, 0 skipped\n')
  })

  test('validate --bail stops after the first failure', async () => {
    const { stdout } = await validate('--category', 'WopiCore', '--bail')

    assert.match(stdout, /^Stopped after 2 of 3 cases\.$/m)
  })

  test('validate --list lists the cases that would run, without a host', async () => {
    const text = await wopikit(['--cases', 'cases.xml', '--group', 'Good', '--list'])
    const json = await wopikit(['--cases', 'cases.xml', '--group', 'Bad', '--list', '--json'])

    assert.equal(
      text.stdout,
      'Good: Good.Info [WopiCore]\nGood: Good.Wait [OfficeOnline]\n2 cases\n',
    )
    assert.deepEqual(
      JSON.parse(json.stdout).map(({ name }: { name: string }) => name),
      ['Bad.Teapot'],
    )
  })

  test('validate --suite runs one of the built-in suites', async () => {
    const clients = await wopikit(['--suite', 'clients', '--list'])
    const all = await wopikit(['--list'])

    assert.match(clients.stdout, /^ClientSaves: ClientSaves\.PipelinedSaves/)
    assert.match(all.stdout, /^UploadSessions: .*^ClientSaves: /ms)
  })

  test('validate ends at Ctrl-C after the cleanup of the current case', async () => {
    const { wopiSrc, accessToken } = host.endpoint

    const { stdout, exitCode } = await wopikit(
      ['--wopisrc', wopiSrc, '--cases', 'cases.xml', '--group', 'Good'],
      {
        isTTY: true,
        onOutput(text, signals) {
          if (text.includes('2/2')) signals.emit('SIGINT')
        },
      },
    )

    const lock = await fetch(`${wopiSrc}?access_token=${accessToken}`, {
      method: 'POST',
      headers: { 'X-WOPI-Override': 'GET_LOCK' },
    })
    assert.match(stdout, /^Stopped after 1 of 2 cases\.$/m)
    assert.equal(exitCode, 130)
    assert.equal(lock.headers.get('X-WOPI-Lock'), '')
  })

  test('validate exits with 4 at once when the host gives no answer', async () => {
    const { stdout, stderr, exitCode } = await wopikit([
      ...['--wopisrc', 'http://127.0.0.1:1/wopi/files/1', '--cases', 'cases.xml'],
    ])

    assert.match(stderr, /^The host gives no answer: .*ECONNREFUSED/)
    assert.deepEqual([stdout, exitCode], ['', 4])
  })

  test('validate exits with 2 and says what is wrong with the command line', async () => {
    const { wopiSrc } = host.endpoint
    const address = ['--wopisrc', wopiSrc]
    const cases = ['--cases', 'cases.xml']
    const wrong: [args: string[], expected: RegExp][] = [
      [cases, /--wopisrc/],
      [[...cases, '--wopisrc', 'nowhere'], /address of a document/],
      [[...address, '--suite', 'client'], /no suite client; there is wopikit, clients/],
      [[...cases, ...address, '--group', 'Goo'], /no group Goo; there is Good/],
      [[...cases, ...address, '--group', 'Good', '--name', 'Bad.Teapot'], /No case matches all of/],
      [[...cases, ...address, '--group', 'Slow'], /add --delays/],
      [[...cases, ...address, '--token-ttl', 'soon'], /--token-ttl/],
      [[...cases, ...address, '--proof-key', 'missing'], /proof keys cannot be read/],
      [
        [...cases, ...address, '--output', 'no/such/folder'],
        /cannot be written: its folder does not exist/,
      ],
      [[...address, '--cases', 'missing.xml'], /no file/],
    ]

    for (const [args, expected] of wrong) {
      const { stdout, stderr, exitCode } = await wopikit(args)
      assert.match(stderr, expected)
      assert.deepEqual([stdout, exitCode], ['', 2])
    }
  })

  test('validate --new-proof-key makes keys for the owner only, and the discovery document', async () => {
    const made = await wopikit(['--new-proof-key', 'key.pem', '--json'])
    const again = await wopikit(['--new-proof-key', 'key.pem'])

    const { keyFile, discoveryFile } = JSON.parse(made.stdout)
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600)
    assert.match(await readFile(discoveryFile, 'utf8'), /<proof-key /)
    assert.deepEqual([made.exitCode, again.exitCode], [0, 2])
  })
})
