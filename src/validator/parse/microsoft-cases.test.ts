import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { createTestLog, listenOn } from '../../../test/helpers/http-server.ts'
import { BASE_URL, createTestHost } from '../../../test/helpers/test-host.ts'
import { createNodeListener } from '../../http/node-listener.ts'
import { verifyProof } from '../../protocol/verify-proof.ts'
import type { Suite } from '../cases/case.ts'
import { headerOf } from '../http-message.ts'
import { loadCases } from '../node-files.ts'
import { withinTime } from '../node-time-limit.ts'
import { createNodeSend } from '../node-transport.ts'
import type { CaseResult, Verdict } from '../report.ts'
import { createProofSigner } from '../requests/sign-proof.ts'
import { type RunOptions, runCases } from '../run/run-cases.ts'

const CONFORMANCE_DIR = process.env.WOPIKIT_CONFORMANCE_DIR
const skip = CONFORMANCE_DIR ? false : 'WOPIKIT_CONFORMANCE_DIR is not set'

/** Groups whose operations every host has, with their numbers of cases. */
const GROUPS: Record<string, number> = {
  CheckFileInfoSchema: 3,
  BaseWopiViewing: 2,
  Locks: 13,
  GetLock: 3,
  ExtendedLockLength: 1,
  EditFlows: 5,
  FileVersion: 6,
  Ecosystem: 4,
  FileUrlUsage: 1,
  FileUrlViewOnly: 1,
  CoauthLocks: 47,
  IncrementalFileTransferErrorCases: 9,
  IncrementalFileTransferWithFullFileChunkingScheme: 9,
  IncrementalFileTransferWithZipChunkingScheme: 14,
  CoauthLockExpiration: 5,
}

type Wrap = (listener: RequestListener, origin: string) => RequestListener

/** Runs a group against a host of its own over HTTP; waiting moves the host's clock. */
async function runGroup(
  suite: Suite,
  group: string,
  options: { name?: string; wrap?: Wrap } & Partial<Pick<RunOptions, 'proof'>> = {},
): Promise<CaseResult[]> {
  const { name = 'x.wopitest', wrap = (listener) => listener, ...rest } = options
  const host = await createTestHost({ name, inTree: true })
  const plain = createNodeListener({ handler: host.handler, log: createTestLog() })
  await using server = await listenOn((request, response) =>
    wrap(plain, server.origin)(request, response),
  )
  const send = createNodeSend()
  const results: CaseResult[] = []
  for await (const event of runCases({
    suites: [suite],
    endpoint: {
      wopiSrc: `${server.origin}/wopi/files/${host.fileId}`,
      accessToken: 'alice:all',
      accessTokenTtl: 0,
    },
    // The addresses that a test host returns are not where it listens.
    send: (request, signal) =>
      send({ ...request, url: request.url.replace(BASE_URL, server.origin) }, signal),
    now: host.now,
    withinTime,
    sleep: async (ms) => host.advance(ms),
    selection: { groups: [group] },
    delays: true,
    ...rest,
  })) {
    if (event.type === 'end') results.push(event.result)
  }
  return results
}

function verdictsOf(results: readonly CaseResult[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, skip: 0 }
  for (const { verdict } of results) counts[verdict] += 1
  return counts
}

function wordsOf(results: readonly CaseResult[]): string {
  return results
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ name, skipReason, failures }) =>
      [name, skipReason, ...failures.map(({ message }) => message)].join(': '),
    )
    .join('\n')
}

describe('Microsoft’s cases', { skip }, () => {
  let suite: Suite
  before(async () => {
    suite = await loadCases(join(CONFORMANCE_DIR ?? '', 'validator/TestCases.xml'))
  })

  test('are read completely', () => {
    const cases = suite.groups.flatMap((group) => group.cases)

    assert.equal(suite.groups.length, 33)
    assert.equal(cases.length, 224)
    assert.equal(suite.prerequisites.length, 27)
    assert.equal(cases.filter(({ hasDelay }) => hasDelay).length, 5)
  })

  for (const [group, count] of Object.entries(GROUPS)) {
    test(`the group ${group} passes`, async () => {
      const results = await runGroup(suite, group)

      assert.deepEqual(verdictsOf(results), { pass: count, fail: 0, skip: 0 }, wordsOf(results))
    })
  }

  test('are skipped with the reason when the file has another extension', async () => {
    const results = await runGroup(suite, 'GetLock', { name: 'report.docx' })

    assert.deepEqual(verdictsOf(results), { pass: 0, fail: 0, skip: 3 })
    assert.equal(
      results[0]?.skipReason,
      'CheckFileInfo has no BaseFileName that ends with .wopitest',
    )
  })

  test('fail on a host that loses what it is told', async () => {
    const forgetful: Wrap = (listener) => (request, response) => {
      if (request.headers['x-wopi-override'] !== 'LOCK') return listener(request, response)
      response.end()
    }

    const results = await runGroup(suite, 'GetLock', { wrap: forgetful })

    assert.deepEqual(verdictsOf(results), { pass: 0, fail: 3, skip: 0 }, wordsOf(results))
    assert.ok(results.every(({ failures }) => failures.every(({ clause }) => clause)))
  })

  test('about proofs pass on a host that verifies them', async () => {
    const pair = () =>
      crypto.subtle.generateKey(
        {
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          modulusLength: 2048,
          publicExponent: new Uint8Array([1, 0, 1]),
        },
        true,
        ['sign', 'verify'],
      )
    const [current, old] = [await pair(), await pair()]
    const keys = { current: current.publicKey, old: old.publicKey }
    const now = (await createTestHost()).now()
    const verifying: Wrap = (listener, origin) => async (request, response) => {
      const lines = Object.entries(request.headers).map(
        ([name, value]) => [name, `${value}`] as const,
      )
      const url = `${origin}${request.url}`
      const proof = {
        accessTokens: [new URL(url).searchParams.get('access_token') ?? ''],
        url,
        timestamp: headerOf(lines, 'x-wopi-timestamp'),
        proof: headerOf(lines, 'x-wopi-proof'),
        proofOld: headerOf(lines, 'x-wopi-proofold'),
      }
      if ((await verifyProof(proof, keys, now)).verdict !== 'refused') listener(request, response)
      else response.writeHead(500).end()
    }

    const proof = await createProofSigner({
      current: await exported(current.privateKey),
      old: await exported(old.privateKey),
    })
    const results = await runGroup(suite, 'ProofKeys', { wrap: verifying, proof })

    assert.deepEqual(verdictsOf(results), { pass: 7, fail: 0, skip: 0 }, wordsOf(results))
  })
})

async function exported(key: CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END PRIVATE KEY-----`
}
