import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ConfigError, listSettings, readConfig, readConfigFile } from './config.ts'
import { parseDuration, parseSize } from './setting-types.ts'

const failsWith = (message: RegExp) => (error: unknown) =>
  error instanceof ConfigError && message.test(error.message)

describe('readConfig', () => {
  test('readConfig prefers the flag to the variable, the variable to the file, and the file to the default', () => {
    const flags = { port: '1' }
    const env = { WOPIKIT_PORT: '2' }
    const file = { port: 3 }

    const ports = [
      readConfig({ flags, env, file }),
      readConfig({ env, file }),
      readConfig({ file }),
      readConfig({}),
    ].map(({ port }) => port)

    assert.deepEqual(ports, [1, 2, 3, 8080])
  })

  test('readConfig ignores an empty variable', () => {
    assert.equal(readConfig({ env: { WOPIKIT_HOST: '' }, file: { host: 'h' } }).host, 'h')
  })

  test('readConfig refuses trialSignIn with an address that Office would cut', () => {
    const file = { trialSignIn: 'on', publicUrl: 'https://docs.example/a=b' }

    assert.throws(() => readConfig({ file }), failsWith(/publicUrl must not contain =/))
    assert.ok(readConfig({ file: { ...file, trialSignIn: 'off' } }))
  })

  test('readConfig refuses coauth without the addresses that Office needs for it', () => {
    const addresses = { ocsUrl: 'https://ocs.example', rtcUrl: 'https://rtc.example' }

    assert.throws(
      () => readConfig({ file: { coauth: ['*'] } }),
      failsWith(/needs discovery, or ocsUrl and rtcUrl/),
    )
    assert.throws(
      () => readConfig({ file: { coauth: ['*'], discovery: 'd.xml', ocsUrl: 'nowhere' } }),
      failsWith(/needs discovery, or ocsUrl and rtcUrl/),
    )
    for (const found of [addresses, { discovery: 'd.xml' }])
      assert.deepEqual(readConfig({ file: { coauth: ['*'], ...found } }).coauth, ['*'])
  })

  test('readConfig reads every kind of setting from text and from JSON', () => {
    const addresses = { ocsUrl: 'https://ocs.example', rtcUrl: 'https://rtc.example' }
    const fromText = readConfig({
      env: {
        WOPIKIT_MAX_FILE_BYTES: '2G',
        WOPIKIT_HISTORY_AGE: '2d',
        WOPIKIT_COAUTH: '.docx, .xlsx',
        WOPIKIT_UPLOAD_SESSIONS: 'off',
      },
      file: addresses,
    })
    const fromFile = readConfig({
      file: {
        ...addresses,
        maxFileBytes: 2 * 1024 ** 3,
        historyAge: '48h',
        coauth: ['.docx', '.xlsx'],
        uploadSessions: false,
      },
    })

    assert.deepEqual(fromText, fromFile)
    assert.equal(fromText.historyAge, 172_800_000)
    assert.deepEqual(fromText.coauth, ['.docx', '.xlsx'])
  })

  test('readConfig names every mistake, its place, and what is expected', () => {
    const flags = { coauth: '*.docx' }
    const env = { WOPIKIT_PORT: '65536', WOPIKIT_HISTORY_AGE: '3' }
    const file = { publicUrl: 'docs.example.com', prot: 1 }

    assert.throws(() => readConfig({ flags, env, file }), failsWith(/--coauth must be extensions/))
    assert.throws(
      () => readConfig({ flags, env, file }),
      failsWith(/WOPIKIT_PORT must be a whole number from 0 to 65535/),
    )
    assert.throws(
      () => readConfig({ flags, env, file }),
      failsWith(/WOPIKIT_HISTORY_AGE must be a duration such as 30m/),
    )
    assert.throws(
      () => readConfig({ flags, env, file }),
      failsWith(/publicUrl \(file\) must be like https:\/\/docs\.example\.com/),
    )
    assert.throws(() => readConfig({ file }), failsWith(/Unknown settings in the file: prot/))
  })

  test('readConfig refuses addresses that lead to nothing', () => {
    const origin = 'https://docs.example.com'
    const mistakes: [Record<string, string>, RegExp][] = [
      [{ WOPIKIT_VIEW_URL: origin }, /WOPIKIT_VIEW_URL must have \{fileId\} in it/],
      [{ WOPIKIT_EDIT_URL: '/edit/{fileId}' }, /WOPIKIT_EDIT_URL must be an address/],
      [{ WOPIKIT_CONTAINER_URL: `${origin}/{fileId}` }, /must have no \{fileId\}/],
      [{ WOPIKIT_SHARE_URL: `${origin}/{type}/{fileId}` }, /must have \{containerId\} in it/],
      [
        { WOPIKIT_DISCOVERY: 'https://' },
        /WOPIKIT_DISCOVERY must be an address without a password/,
      ],
      [{ WOPIKIT_POST_MESSAGE_ORIGIN: `${origin}/` }, /ORIGIN must be like https:/],
      [{ WOPIKIT_POST_MESSAGE_ORIGIN: `${origin}:443` }, /ORIGIN must be like https:/],
      [{ WOPIKIT_POST_MESSAGE_ORIGIN: 'wss://docs.example.com' }, /ORIGIN must be like https:/],
      [{ WOPIKIT_PUBLIC_URL: `${origin}/?a=b` }, /PUBLIC_URL must be like https:/],
      [{ WOPIKIT_PUBLIC_URL: 'https://me:pw@docs.example.com' }, /PUBLIC_URL must be like https:/],
      [{ WOPIKIT_DISCOVERY: 'https://me:pw@office.example.com' }, /DISCOVERY must be an address/],
    ]

    for (const [env, message] of mistakes)
      assert.throws(() => readConfig({ env }), failsWith(message))
  })

  test('readConfig accepts the defaults that listSettings shows', () => {
    const written = Object.fromEntries(
      listSettings().map(({ variable, default: value }) => [variable, value]),
    )

    assert.deepEqual(readConfig({ env: written }), readConfig({}))
  })
})

test('listSettings derives flag, variable and help of every setting', () => {
  const settings = listSettings()
  const maxFileBytes = settings.find(({ name }) => name === 'maxFileBytes')

  assert.deepEqual(maxFileBytes, {
    name: 'maxFileBytes',
    flag: '--max-file-bytes',
    variable: 'WOPIKIT_MAX_FILE_BYTES',
    kind: 'size',
    default: '64G',
    help: 'largest content of one document',
  })
  for (const { name, help } of settings) assert.notEqual(help, '', name)
})

test('readConfigFile says why a file cannot be used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-config-'))
  const path = join(folder, 'wopikit.json')

  try {
    await assert.rejects(readConfigFile(path), failsWith(/wopikit\.json cannot be read.*ENOENT/))
    await writeFile(path, '[]')
    await assert.rejects(readConfigFile(path), failsWith(/it is not a JSON object/))
    await writeFile(path, '{"port":5}')
    assert.deepEqual(await readConfigFile(path), { port: 5 })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('parseDuration and parseSize read what they are documented to, and nothing else', () => {
  const durations = ['5ms', '90s', '30m', '10h', '7d'].map(parseDuration)
  const sizes = ['0', '512', '1K', '2MiB', '3gb', '1T'].map(parseSize)

  assert.deepEqual(durations, [5, 90_000, 1_800_000, 36_000_000, 604_800_000])
  assert.deepEqual(sizes, [0, 512, 1024, 2 * 1024 ** 2, 3 * 1024 ** 3, 1024 ** 4])
  for (const text of ['', '5', '-5s', '1.5h', '10 h', '5y', '999999999999999d'])
    assert.equal(parseDuration(text), undefined, text)
  for (const text of ['', '-1', '1.5G', '1P', '0x10', '999999999999999T'])
    assert.equal(parseSize(text), undefined, text)
})
