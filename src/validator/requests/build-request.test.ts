import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Request } from '../cases/request.ts'
import { headerOf } from '../http-message.ts'
import { buildRequest, type RequestContext } from './build-request.ts'
import { CaseError } from './case-error.ts'

const CONTEXT: RequestContext = {
  endpoint: {
    wopiSrc: 'https://host.example/wopi/files/1',
    accessToken: 'a.b c',
    accessTokenTtl: 7,
  },
  resources: new Map([
    ['Doc', { id: 'Doc', path: 'doc', bytes: new TextEncoder().encode('document') }],
    ['Gone', { id: 'Gone', path: 'gone.docx' }],
  ]),
  state: new Map([
    ['Url', 'https://host.example/wopi/containers/2?access_token=x%2By+z&n=1'],
    ['Nothing', undefined],
  ]),
  now: () => 0,
}

function build(request: Request, context: Partial<RequestContext> = {}) {
  return buildRequest(request, { ...CONTEXT, ...context })
}

async function headersOf(request: Request): Promise<Record<string, string>> {
  const { headers } = await build(request)
  return Object.fromEntries(headers.filter(([name]) => name !== 'Authorization'))
}

describe('buildRequest', () => {
  test('puts the escaped token into the address and the plain one into the header', async () => {
    const { method, url, headers, body } = await build({ operation: 'GetFile' })

    assert.equal(method, 'GET')
    assert.equal(
      url,
      'https://host.example/wopi/files/1/contents?access_token=a%2Eb%20c&access_token_ttl=7',
    )
    assert.equal(headerOf(headers, 'authorization'), 'Bearer a.b c')
    assert.equal(body, undefined)
  })

  test('uses the address that the host has returned, with the suffix before its query', async () => {
    const { url, headers } = await build({ operation: 'EnumerateChildren', url: { state: 'Url' } })

    assert.equal(url, 'https://host.example/wopi/containers/2/children?access_token=x%2By+z&n=1')
    assert.equal(headerOf(headers, 'Authorization'), 'Bearer x+y z')
  })

  test('tells an address as it goes over the wire', async () => {
    const { url } = await build({ operation: 'GetFile', url: 'https://Host.example:443/ä b#top' })

    assert.equal(url, 'https://host.example/%C3%A4%20b/contents')
  })

  test('replaces the token in both places when it shall be invalid', async () => {
    const { url, headers } = await build({
      operation: 'CheckContainerInfo',
      url: { state: 'Url' },
      invalidToken: true,
    })

    assert.equal(url, 'https://host.example/wopi/containers/2?access_token=INVALID&n=1')
    assert.equal(headerOf(headers, 'Authorization'), 'Bearer INVALID')
  })

  test('sends no token to a FileUrl', async () => {
    const { headers } = await build({ operation: 'GetFromFileUrl', url: 'https://cdn.example/f' })

    assert.deepEqual(headers, [])
  })

  test('never deletes the file that is validated', async () => {
    for (const operation of ['DeleteFile', 'DeleteContainer'] as const)
      await assert.rejects(build({ operation }), CaseError)
  })

  test('refuses a value that was never saved, a missing file and what is no address', async () => {
    await assert.rejects(build({ operation: 'GetFile', url: { state: 'Nothing' } }), CaseError)
    await assert.rejects(build({ operation: 'GetFile', url: 'nowhere' }), CaseError)
    await assert.rejects(build({ operation: 'PutFile', content: { resource: 'Gone' } }), CaseError)
  })

  test('sends empty headers where Microsoft’s validator sends them', async () => {
    assert.deepEqual(await headersOf({ operation: 'RenameFile', name: 'a' }), {
      'X-WOPI-RequestedName': 'a',
      'X-WOPI-Lock': '',
      'X-WOPI-CoauthLockId': '',
      'X-WOPI-Override': 'RENAME_FILE',
    })
    assert.deepEqual(await headersOf({ operation: 'GetCoauthTable', version: { state: 'Gone' } }), {
      'X-WOPI-CoauthTableVersion': '',
      'X-WOPI-Override': 'GET_COAUTH_TABLE',
    })
    assert.deepEqual(
      await headersOf({ operation: 'PutFile', lock: '', content: { resource: 'Doc' } }),
      { 'X-WOPI-Override': 'PUT' },
    )
  })

  test('encodes names as UTF-7 and writes booleans as .NET does', async () => {
    const headers = await headersOf({
      operation: 'PutRelativeFile',
      name: 'made_up.docx',
      mode: 'ExactName',
      overwrite: false,
      content: { resource: 'Doc' },
    })

    assert.deepEqual(headers, {
      'X-WOPI-Size': '8',
      'X-WOPI-RelativeTarget': 'made+AF8-up.docx',
      'X-WOPI-OverwriteRelativeTarget': 'False',
      'X-WOPI-Override': 'PUT_RELATIVE',
    })
  })

  test('sends metadata of a coauthoring lock as header or as body, never as both', async () => {
    const fields = { coauthLockId: 'c', expirationTimeout: '60', metadata: 'm' }
    const asHeader = await build({ operation: 'RefreshCoauthLock', ...fields })
    const asBody = await build({ operation: 'RefreshCoauthLock', ...fields, metadataAsBody: 'b' })

    assert.equal(headerOf(asHeader.headers, 'X-WOPI-CoauthLockMetadata'), 'm')
    assert.equal(asHeader.body, undefined)
    assert.equal(headerOf(asBody.headers, 'X-WOPI-CoauthLockMetadata'), undefined)
    assert.equal(new TextDecoder().decode(asBody.body), '{"CoauthLockMetadata":"b"}')
  })

  test('names itself only when it is told to', async () => {
    const plain = await build({ operation: 'CheckFileInfo' })
    const native = await build({ operation: 'CheckFileInfo' }, { userAgent: 'Validator' })

    assert.equal(headerOf(plain.headers, 'User-Agent'), undefined)
    assert.equal(headerOf(native.headers, 'User-Agent'), 'Validator')
  })

  test('sends a raw request as it is written, and its frames with the sizes that they claim', async () => {
    const { method, url, headers, body } = await build({
      operation: 'Raw',
      name: 'UpdateUploadSession',
      method: 'POST',
      override: 'UPDATE_UPLOAD_SESSION',
      headers: [
        ['X-A', ''],
        ['X-B', { state: 'Url' }],
      ],
      body: {
        frames: [
          { type: 2, payload: { json: { Token: { state: 'Url' } } }, claims: { payloadBytes: 5 } },
          { type: 9, extendedHeader: new Uint8Array([1]) },
        ],
      },
      withoutToken: true,
    })

    const json = JSON.stringify({ Token: CONTEXT.state.get('Url') })
    assert.equal(method, 'POST')
    assert.equal(url, 'https://host.example/wopi/files/1?access_token_ttl=7')
    assert.deepEqual(headers, [
      ['X-A', ''],
      ['X-B', CONTEXT.state.get('Url')],
      ['X-WOPI-Override', 'UPDATE_UPLOAD_SESSION'],
    ])
    assert.deepEqual(
      body,
      new Uint8Array([
        ...[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5],
        ...new TextEncoder().encode(json),
        ...[0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      ]),
    )
  })
})
