import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, testBytes } from '../../test/helpers/test-host.ts'
import { assertRefused } from '../../test/helpers/wopi-story.ts'

const OLD = testBytes(100)

for (const [name, value] of [
  ['Content-Encoding', 'gzip'],
  ['Content-Encoding', 'aws-chunked'],
  ['Content-Range', 'bytes 0-9/100'],
  ['Transfer-Encoding', 'gzip, chunked'],
  ['Content-Transfer-Encoding', 'base64'],
  ['Content-Type', 'multipart/form-data; boundary=x'],
] as const)
  test(`PutFile with ${name}: ${value} is refused, and the file stays unchanged`, async () => {
    const host = await createTestHost({ content: OLD })
    await host.lock('L')

    const reply = await host.send('PUT', {
      contents: true,
      body: testBytes(10, 2),
      headers: { 'X-WOPI-Lock': 'L', [name]: value },
    })

    assertRefused(reply, 415)
    assert.equal(reply.headers.get('X-Wopikit-FailureCode'), 'BODY_ENCODED')
    assert.deepEqual(await host.get(), OLD)
  })

test('PutFile names the Content-Encoding that it accepts when it refuses another', async () => {
  const host = await createTestHost()

  const reply = await host.send('PUT', { contents: true, headers: { 'Content-Encoding': 'br' } })

  assert.equal(reply.headers.get('Accept-Encoding'), 'identity')
})

test('PutFile accepts encodings that change no byte, and any plain content type', async () => {
  const host = await createTestHost()
  await host.lock('L')
  const headers = {
    'X-WOPI-Lock': 'L',
    'Content-Encoding': 'identity',
    'Transfer-Encoding': 'Chunked',
    'Content-Transfer-Encoding': 'binary',
    'Content-Type': 'application/x-www-form-urlencoded',
  }

  const reply = await host.send('PUT', { contents: true, body: testBytes(10), headers })

  assert.equal(reply.status, 200)
})
