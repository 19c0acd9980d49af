import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Case, Group, Step, Suite } from '../cases/case.ts'
import { CasesError } from '../cases/cases-error.ts'
import type { Request } from '../cases/request.ts'
import { type HttpRequest, type HttpResponse, headerOf } from '../http-message.ts'
import { SHOWN_TEXT_MAX_CHARS } from '../limits.ts'
import type { CaseResult, RunEvent } from '../report.ts'
import { type RunOptions, runCases } from './run-cases.ts'

const TOKEN = 'secret.token'

type Answer = Partial<Omit<HttpResponse, 'body'>> & { body?: string }

function caseOf(requests: readonly Step[], rest: Partial<Case> = {}): Case {
  return {
    name: 'C',
    category: 'WopiCore',
    description: '',
    hasDelay: false,
    cleanup: [],
    ...rest,
    requests,
  }
}

function suiteOf(groups: readonly Partial<Group>[], prerequisites: readonly Case[] = []): Suite {
  return {
    name: 'own',
    groups: groups.map((group) => ({ name: 'G', prerequisites: [], cases: [], ...group })),
    prerequisites,
    resources: new Map(),
    schemas: new Map(),
  }
}

interface Played {
  events: RunEvent[]
  results: CaseResult[]
  /** Overrides of what was sent; GET for requests without one. */
  sent: string[]
  slept: number[]
}

/** Runs a suite against a host of one function. */
async function play(
  suite: Suite,
  respond: (override: string, request: HttpRequest, count: number) => Answer | Error,
  options: Partial<RunOptions> = {},
): Promise<Played> {
  const played: Played = { events: [], results: [], sent: [], slept: [] }
  let time = 0
  const run = runCases({
    suites: [suite],
    endpoint: { wopiSrc: 'https://host.example/f/1', accessToken: TOKEN, accessTokenTtl: 0 },
    now: () => time++,
    withinTime: (work) => work(),
    async sleep(ms) {
      played.slept.push(ms)
    },
    async send(request) {
      const override = headerOf(request.headers, 'X-WOPI-Override') ?? 'GET'
      const answer = respond(override, request, played.sent.push(override))
      if (answer instanceof Error) throw answer
      const { status = 200, headers = [], body = '' } = answer
      return { status, headers, body: new TextEncoder().encode(body) }
    },
    ...options,
  })
  for await (const event of run) {
    played.events.push(event)
    if (event.type === 'end') played.results.push(event.result)
  }
  return played
}

const LOCK: Request = { operation: 'Lock', lock: 'L' }
const UNLOCK: Request = { operation: 'Unlock', lock: 'L' }
const GET_LOCK: Request = { operation: 'GetLock' }
const OK = () => ({})

describe('runCases', () => {
  test('tells start, each case and the totals', async () => {
    const cases = [caseOf([LOCK], { name: 'A' }), caseOf([GET_LOCK], { name: 'B' })]

    const { events } = await play(suiteOf([{ cases }]), (override) => ({
      status: override === 'LOCK' ? 200 : 500,
    }))

    assert.deepEqual(
      events.map((event) => [event.type, event.type === 'end' ? event.result.verdict : '']),
      [
        ['start', ''],
        ['begin', ''],
        ['end', 'pass'],
        ['begin', ''],
        ['end', 'fail'],
        ['done', ''],
      ],
    )
    const last = events.at(-1)
    assert.deepEqual(last?.type === 'done' && last.totals, { passed: 1, failed: 1, skipped: 0 })
  })

  test('stops a case at its first failing request and cleans up all the same', async () => {
    const cases = [caseOf([LOCK, GET_LOCK, LOCK], { cleanup: [UNLOCK] })]

    const { sent, results } = await play(suiteOf([{ cases }]), (override) => ({
      status: override === 'GET_LOCK' ? 500 : 200,
    }))

    assert.deepEqual(sent, ['LOCK', 'GET_LOCK', 'UNLOCK'])
    assert.deepEqual(
      results[0]?.exchanges.map(({ operation }) => operation),
      ['Lock', 'GetLock'],
    )
    assert.deepEqual(results[0]?.failures, [
      {
        message: 'Expected status 200, got 500',
        clause: { page: 'GetLock', rule: 'A request that can be fulfilled is answered 200.' },
      },
    ])
  })

  test('does not care how the cleanup ends', async () => {
    const cleanup: Request[] = [UNLOCK, { operation: 'DeleteFile', url: { state: 'Never' } }, LOCK]

    const { sent, results } = await play(suiteOf([{ cases: [caseOf([], { cleanup })] }]), () =>
      Error('refused'),
    )

    assert.deepEqual(sent, ['UNLOCK', 'LOCK'])
    assert.equal(results[0]?.verdict, 'pass')
  })

  test('hands values on from one request to the next', async () => {
    const seen: (string | undefined)[] = []
    const requests: Request[] = [
      {
        operation: 'CheckFileInfo',
        validators: [],
        save: [
          { name: 'Url', from: { json: 'Parents[-1:].Url' } },
          { name: 'Lock', from: { header: 'x-wopi-lock' } },
        ],
      },
      { operation: 'Unlock', url: { state: 'Url' }, lock: { state: 'Lock' } },
    ]

    const { results } = await play(suiteOf([{ cases: [caseOf(requests)] }]), (_, request) => {
      seen.push(request.url, headerOf(request.headers, 'X-WOPI-Lock'))
      return {
        headers: [['X-WOPI-Lock', 'kept']],
        body: '{"Parents":[{"Url":"https://a/1"},{"Url":"https://a/2?access_token=t"}]}',
      }
    })

    assert.equal(results[0]?.verdict, 'pass')
    assert.deepEqual(seen.slice(2), ['https://a/2?access_token=t', 'kept'])
  })

  test('fails a case that needs a value which did not come', async () => {
    const cases = [caseOf([{ operation: 'GetFile', url: { state: 'Url' } }])]

    const { results, sent } = await play(suiteOf([{ cases }]), OK)

    assert.deepEqual(sent, [])
    assert.match(results[0]?.failures[0]?.message ?? '', /value for Url/)
  })

  test('fails a case whose host does not answer', async () => {
    const { results } = await play(suiteOf([{ cases: [caseOf([LOCK])] }]), () => Error('refused'))

    assert.equal(results[0]?.failures[0]?.message, 'No answer: refused')
    assert.equal(results[0]?.exchanges[0]?.error, 'refused')
  })

  test('uses the clause of the case, and of the validator before that', async () => {
    const own = { page: 'Own', rule: 'own' }
    const nearer = { page: 'Nearer', rule: 'nearer' }
    const requests: Request[] = [
      {
        operation: 'GetLock',
        validators: [
          { check: 'status', expected: 201 },
          { check: 'status', expected: 202, clause: nearer },
        ],
      },
    ]

    const { results } = await play(suiteOf([{ cases: [caseOf(requests, { clause: own })] }]), OK)

    assert.deepEqual(
      results[0]?.failures.map(({ clause }) => clause),
      [own, nearer],
    )
  })
})

describe('prerequisites', () => {
  const supportsRename = (expected: boolean) =>
    caseOf(
      [
        {
          operation: 'CheckFileInfo',
          validators: [
            {
              check: 'json',
              properties: [
                { name: 'SupportsRename', type: 'boolean', expected, required: expected },
              ],
            },
          ],
        },
      ],
      { name: 'P' },
    )
  const group = { prerequisites: ['P'], cases: [caseOf([LOCK]), caseOf([LOCK])] }

  test('run before every case', async () => {
    const { sent } = await play(suiteOf([group], [supportsRename(true)]), () => ({
      body: '{"SupportsRename":true}',
    }))

    assert.deepEqual(sent, ['GET', 'LOCK', 'GET', 'LOCK'])
  })

  test('make a case a skip that names the property which is missing', async () => {
    const { results, sent } = await play(suiteOf([group], [supportsRename(true)]), () => ({
      body: '{}',
    }))

    assert.deepEqual(sent, ['GET', 'GET'])
    assert.equal(results[0]?.verdict, 'skip')
    assert.equal(results[0]?.skipReason, 'CheckFileInfo has no SupportsRename = true')
  })

  test('make a case a skip that names the property which must not be set', async () => {
    const { results } = await play(suiteOf([group], [supportsRename(false)]), () => ({
      body: '{"SupportsRename":true}',
    }))

    assert.equal(results[0]?.skipReason, 'CheckFileInfo has SupportsRename = true')
  })

  test('make a case a skip that says what else is wrong', async () => {
    const { results } = await play(suiteOf([group], [supportsRename(true)]), () => Error('refused'))

    assert.equal(results[0]?.skipReason, 'P: No answer: refused')
  })
})

describe('what is run', () => {
  const suite = suiteOf([
    { name: 'Locks', cases: [caseOf([LOCK], { name: 'A' }), caseOf([LOCK], { name: 'B' })] },
    { name: 'Slow', cases: [caseOf([{ operation: 'Delay', seconds: 60 }], { hasDelay: true })] },
    {
      name: 'Proofs',
      cases: [
        caseOf([{ operation: 'CheckFileInfo', proof: { mutateOld: true } }], { name: 'Spoilt' }),
        caseOf([{ operation: 'CheckFileInfo' }], { name: 'Sound', category: 'OfficeOnline' }),
      ],
    },
  ])
  const names = ({ results }: Played) => results.map(({ name }) => name)

  test('is chosen by group, name and category, all of them together', async () => {
    const choose = async (selection: RunOptions['selection']) =>
      names(await play(suite, OK, { ...(selection && { selection }), delays: true }))

    assert.deepEqual(await choose({}), ['A', 'B', 'C', 'Spoilt', 'Sound'])
    assert.deepEqual(await choose({ groups: ['Locks'] }), ['A', 'B'])
    assert.deepEqual(await choose({ groups: ['Locks', 'Proofs'], names: ['B', 'Sound'] }), [
      'B',
      'Sound',
    ])
    assert.deepEqual(await choose({ categories: ['OfficeOnline'] }), ['Sound'])
  })

  test('may be nothing, which the totals tell', async () => {
    const selection = { groups: ['Locks'], categories: ['OfficeOnline'] }

    const { events } = await play(suite, OK, { selection })

    assert.deepEqual(events.at(-1), {
      type: 'done',
      totals: { passed: 0, failed: 0, skipped: 0 },
      durationMs: 1,
    })
  })

  test('is refused by a name that is not there, with those that are near', async () => {
    const refused = (selection: RunOptions['selection'], words: RegExp) =>
      assert.rejects(play(suite, OK, { ...(selection && { selection }) }), (error) => {
        assert.ok(error instanceof CasesError)
        assert.match(error.message, words)
        return true
      })

    await refused({ groups: ['locks'] }, /no group locks; there is Locks/)
    await refused({ names: ['Z'] }, /no case Z$/)
    await refused({ categories: ['Core'] }, /there is WopiCore/)
  })

  test('waits only when it is told to', async () => {
    const selection = { groups: ['Slow'] }
    const without = await play(suite, OK, { selection })
    const with_ = await play(suite, OK, { selection, delays: true })

    const [start] = without.events
    assert.deepEqual(start?.type === 'start' && [start.cases, start.leftOut], [0, 1])
    assert.deepEqual(without.results, [])
    assert.equal(with_.results[0]?.verdict, 'pass')
    assert.deepEqual(with_.slept, [60_000])
  })

  test('leaves a whole group about proofs out when nothing can be signed', async () => {
    const { results, sent } = await play(suite, OK, { selection: { groups: ['Proofs'] } })

    assert.deepEqual(
      results.map(({ skipReason }) => skipReason),
      ['needs --proof-key', 'needs --proof-key'],
    )
    assert.deepEqual(sent, [])
  })

  test('ends after the first failure when it is told to', async () => {
    const played = await play(suite, () => ({ status: 500 }), { bail: true })

    assert.deepEqual(names(played), ['A'])
    assert.equal(played.events.at(-1)?.type, 'done')
  })

  test('ends when it is aborted, and cleans up before', async () => {
    const abort = new AbortController()
    const sent: string[] = []
    const cases = [caseOf([LOCK, GET_LOCK], { cleanup: [UNLOCK] })]

    const run = play(
      suiteOf([{ cases }]),
      (override) => {
        sent.push(override)
        abort.abort(new Error('enough'))
        return {}
      },
      { signal: abort.signal },
    )

    await assert.rejects(run, /enough/)
    assert.deepEqual(sent, ['LOCK', 'UNLOCK'])
  })

  test('does not wait for a host that does not answer the cleanup when it is aborted', async () => {
    const abort = new AbortController()
    const signals: (AbortSignal | undefined)[] = []
    const cases = [caseOf([LOCK, GET_LOCK], { cleanup: [UNLOCK] })]

    const run = play(suiteOf([{ cases }]), OK, {
      signal: abort.signal,
      async send(_, signal) {
        signals.push(signal)
        abort.abort(new Error('enough'))
        return { status: 200, headers: [], body: new Uint8Array(0) }
      },
    })

    await assert.rejects(run)
    const [, ofCleanup] = signals
    assert.deepEqual([signals.length, ofCleanup?.aborted], [2, false])
  })
})

describe('requests at once', () => {
  const step: Step = {
    operation: 'AtOnce',
    requests: [LOCK, LOCK, LOCK],
    outcomes: [
      { name: 'winner', count: 1, validators: [{ check: 'status', expected: 200 }] },
      {
        name: 'loser',
        count: { min: 2, max: 2 },
        validators: [{ check: 'status', expected: 409 }],
      },
    ],
  }
  const suite = suiteOf([{ cases: [caseOf([step])] }])

  test('pass when every outcome has its number of answers', async () => {
    const { results } = await play(suite, (_, __, count) => ({ status: count === 2 ? 200 : 409 }))

    assert.equal(results[0]?.verdict, 'pass')
  })

  test('fail when an outcome has more or fewer, and say how many', async () => {
    const { results } = await play(suite, (_, __, count) => ({ status: count === 2 ? 409 : 200 }))

    assert.match(
      results[0]?.failures[0]?.message ?? '',
      /winner: expected 1, got 2; loser: .* got 1/,
    )
  })

  test('fail when an answer belongs to no outcome', async () => {
    const { results } = await play(suite, (_, __, count) =>
      count === 3 ? Error('reset') : { status: count === 2 ? 200 : 409 },
    )

    assert.match(results[0]?.failures[0]?.message ?? '', /others: Lock reset/)
  })
})

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
