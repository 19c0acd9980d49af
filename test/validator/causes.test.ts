import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OVERRIDES } from '../../src/protocol/names.ts'
import type { HttpResponse, Send } from '../../src/validator/http-message.ts'
import type { RunEvent } from '../../src/validator/report.ts'
import { createHtmlReporter } from '../../src/validator/reporters/html.ts'
import { createJsonReporter } from '../../src/validator/reporters/json.ts'
import { createJunitReporter } from '../../src/validator/reporters/junit.ts'
import { createTapReporter } from '../../src/validator/reporters/tap.ts'
import { createTerminalReporter } from '../../src/validator/reporters/terminal.ts'
import { type RunOptions, runCases } from '../../src/validator/run/run-cases.ts'
import { SUITES } from '../../src/validator/suites/index.ts'
import { openBuiltInHost } from './built-in-host.ts'
import { overrideOf } from './seeded-faults-proxy.ts'

const COAUTH: readonly string[] = [
  OVERRIDES.getCoauthLock,
  OVERRIDES.refreshCoauthLock,
  OVERRIDES.unlockCoauthLock,
  OVERRIDES.getCoauthTable,
  OVERRIDES.getSequenceNumber,
  OVERRIDES.getChunkedFile,
  OVERRIDES.putChunkedFile,
  OVERRIDES.getChunks,
  OVERRIDES.createUploadSession,
  OVERRIDES.updateUploadSession,
]
const REPORTERS = {
  terminal: createTerminalReporter,
  json: createJsonReporter,
  html: createHtmlReporter,
  junit: createJunitReporter,
  tap: createTapReporter,
}

function answer(status: number): HttpResponse {
  return { status, headers: [['Content-Length', '0']], body: new Uint8Array(0) }
}

/** What each reporter writes of a run against a host behind a proxy. */
async function reportsOn(
  proxy: (host: Send) => Send,
  options: Pick<RunOptions, 'selection'> = {},
): Promise<Record<keyof typeof REPORTERS, string>> {
  const { world } = await openBuiltInHost({}, { proxy })
  const texts = { terminal: '', json: '', html: '', junit: '', tap: '' }
  const names = Object.keys(REPORTERS) as (keyof typeof REPORTERS)[]
  const tell = names.map((name) =>
    REPORTERS[name]((text) => {
      texts[name] += text
    }),
  )
  const events: AsyncIterable<RunEvent> = runCases({ suites: SUITES, ...world, ...options })
  for await (const event of events) for (const one of tell) one(event)
  return texts
}

describe('A host that promises coauthoring and answers 501', () => {
  const proxy = (host: Send) => async (request: Parameters<Send>[0]) =>
    COAUTH.includes(overrideOf(request)) ? answer(501) : host(request)

  test('is told of the two promises that it does not keep, instead of every case', async () => {
    const { json, terminal, html, junit, tap } = await reportsOn(proxy)

    const { causes } = JSON.parse(json)
    const promises = causes.filter(({ kind }: { kind: string }) => kind === 'broken-promise')
    assert.deepEqual(promises.map(({ promise }: { promise: string }) => promise).toSorted(), [
      'SupportsCoauth',
      'SupportsResumableFileTransfer',
    ])
    const [first] = causes
    assert.ok(first.cases.length > 100, `${first.cases.length} cases`)
    assert.match(
      terminal,
      /^ 1\. CheckFileInfo promises Supports\w+, but the host answers 501 to /m,
    )
    assert.match(terminal, /^ {4}Implement these operations, or leave Supports\w+ out of/m)
    assert.match(html, /<li><p class="message">CheckFileInfo promises SupportsCoauth, but/)
    assert.match(junit, /type="broken promise: SupportsCoauth"/)
    assert.match(tap, /^ {2}promise: "SupportsCoauth"$/m)
    assert.match(tap, /^# \d+ cases, first .*: CheckFileInfo promises SupportsCoauth/m)
    const shown = terminal.split('\n').filter((line) => /^FAIL .*[^)]$/.test(line))
    assert.equal(shown.length, causes.length)
  })
})

describe('A host whose document is 404 after a rename', () => {
  test('is told so once, and not by every case after it', async () => {
    let renamed = false
    const proxy = (host: Send) => async (request: Parameters<Send>[0]) => {
      if (renamed) return answer(404)
      renamed = overrideOf(request) === OVERRIDES.renameFile
      return host(request)
    }
    const selection = { groups: ['LockMatrix', 'RenameLocks', 'LockRaces'] }

    const { json, terminal, tap } = await reportsOn(proxy, { selection })

    const { stopped, causes, results, cases } = JSON.parse(json)
    assert.deepEqual([stopped.kind, stopped.case], ['document-gone', 'RenameLocks.OtherWopiLock'])
    assert.deepEqual(causes[0].cases, ['RenameLocks.OtherWopiLock'])
    assert.equal(causes.length, 1)
    assert.ok(results.length < cases)
    assert.match(
      terminal,
      /^ 1\. CheckFileInfo answers 404: the document that was there is gone\.$/m,
    )
    assert.match(tap, /^Bail out! CheckFileInfo answers 404/m)
  })
})

describe('A host that goes away', () => {
  test('ends the run with its reason', async () => {
    let requests = 0
    const proxy = (host: Send) => async (request: Parameters<Send>[0]) => {
      if (++requests > 30) throw new Error('connect ECONNREFUSED 127.0.0.1:1')
      return host(request)
    }

    const { json, terminal } = await reportsOn(proxy)

    const { stopped, totals } = JSON.parse(json)
    assert.equal(stopped.kind, 'unreachable')
    assert.equal(totals.failed, 1)
    assert.match(terminal, /^ 1\. The host gives no answer: connect ECONNREFUSED/m)
    assert.match(terminal, /^FAILED: /m)
  })
})
