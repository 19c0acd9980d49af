import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseOf, play, suiteOf, TOKEN } from '../../../test/helpers/play-cases.ts'
import type { Request } from '../cases/request.ts'
import { SHOWN_TEXT_MAX_CHARS } from '../limits.ts'

const _LOCK: Request = { operation: 'Lock', lock: 'L' }
const _UNLOCK: Request = { operation: 'Unlock', lock: 'L' }
const GET_LOCK: Request = { operation: 'GetLock' }

test('a body is shown by its beginning, and one that is no text by its size', async () => {
  const requests: Request[] = [{ operation: 'PutUserInfo', body: 'ä'.repeat(100_000) }]

  const { results } = await play(suiteOf([{ cases: [caseOf(requests)] }]), () => ({
    status: 500,
    body: '\u0000\u0001',
  }))

  const [exchange] = results[0]?.exchanges ?? []
  assert.equal(exchange?.requestBody, `${'ä'.repeat(SHOWN_TEXT_MAX_CHARS)}…`)
  assert.equal(exchange?.response?.body, '(2 bytes)')
})

test('words are cut, whatever a host has put into them', async () => {
  const requests: Request[] = [
    {
      operation: 'CheckFileInfo',
      validators: [
        { check: 'json', properties: [{ name: 'Name', type: 'string', expected: 'short' }] },
      ],
    },
  ]

  const { results } = await play(suiteOf([{ cases: [caseOf(requests)] }]), () => ({
    body: `{"Name":"${'x'.repeat(1_000_000)}"}`,
  }))

  const message = results[0]?.failures[0]?.message ?? ''
  assert.match(message, /^Name is "x+…$/)
  assert.equal(message.length, SHOWN_TEXT_MAX_CHARS + 1)
})

test('no token is shown that is escaped as JSON, XML or an address escapes it', async () => {
  const shown = await Promise.all(
    [
      String.raw`{"Url":"https://h/x?access_token=secret\u002Bsecret\u0026b=kept"}`,
      String.raw`{"Url":"https:\/\/h\/x?access_token=secret\/secret","b":"kept"}`,
      'u=https%3A%2F%2Fh%2Fx%3Faccess_token%3Dsecret%252Esecret%26b%3Dkept',
      'u=https%253A%252F%252Fh%253Faccess_token%253Dsecret%2526b%253Dkept',
      `${TOKEN} secret%2Etoken kept`,
    ].map(async (body) => {
      const respond = () => ({ status: 500, body })
      const { results } = await play(suiteOf([{ cases: [caseOf([GET_LOCK])] }]), respond)
      return results[0]?.exchanges[0]?.response?.body ?? ''
    }),
  )

  for (const text of shown) {
    assert.doesNotMatch(text, /secret/)
    assert.match(text, /kept/)
  }
})

test('no token is shown, wherever it stands', async () => {
  const requests: Request[] = [
    { operation: 'CheckFileInfo', save: [{ name: 'Url', from: { json: 'Url' } }] },
    {
      operation: 'GetFile',
      url: { state: 'Url' },
      validators: [{ check: 'header', name: 'X-Echo', expected: 'other', required: true }],
    },
  ]
  const other = 'https://host.example/f/2?access_token=another%2Esecret&x=1'

  const { events } = await play(
    suiteOf([{ cases: [caseOf(requests)] }]),
    (_, { url }) => ({
      headers: [
        ['X-Echo', `${TOKEN} another.secret`],
        ['Set-Cookie', 'sid=hidden'],
      ],
      body: JSON.stringify({
        Url: other,
        AccessToken: 'third',
        at: url,
        UploadSessionToken: 'fourth',
      }),
    }),
    {
      endpoint: {
        wopiSrc: `https://host.example/f/1?access_token=${TOKEN}`,
        accessToken: TOKEN,
        accessTokenTtl: 0,
      },
    },
  )

  const shown = JSON.stringify(events)
  assert.match(shown, /"verdict":"fail"/)
  assert.doesNotMatch(shown, /secret|third|fourth|hidden/)
})
