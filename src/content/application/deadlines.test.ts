import assert from 'node:assert/strict'
import test from 'node:test'
import { type Application, createApplication } from '../../../test/helpers/application.ts'
import {
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  createPatientAccess,
  createPatientKeys,
  createPatientSignIn,
} from '../../host/patient-access.ts'
import type { DocumentSource, SourceTree } from '../../ports/document-source.ts'
import { createPatience, DEFAULT_DEADLINES } from './deadlines.ts'
import { withPatientTree } from './patient-tree.ts'

const CONTENT = testBytes(5000)
const never = () => new Promise<never>(() => {})
/** Ends every call as soon as it waits, unless it answers at once. */
const IMPATIENT = createPatience({
  alarm: (_ms, act) => {
    const timer = setImmediate(act)
    return () => clearImmediate(timer)
  },
})

test('an open that hangs is given up, and the next request opens a mutable document anew', async () => {
  const { host, application } = await hostWith('mutable')
  application.beforeOpen = never
  const first = [host.send(undefined), host.send(undefined)]

  await ringAfter(host, DEFAULT_DEADLINES.pieceMs)
  const refused = await Promise.all(first)
  application.beforeOpen = () => {}

  assert.deepEqual(
    refused.map(({ status }) => status),
    [500, 500],
  )
  assert.match(String(host.logged[0]?.fields.err), /open of doc, revision "r1", has not answered/)
  assert.deepEqual(await host.get(), CONTENT)
})

test('the signal of a shared copy aborts when nobody waits for it any more', async () => {
  const { host, application } = await hostWith('mutable')
  const signals: (AbortSignal | undefined)[] = []
  const { open } = application.source
  application.source.open = (_fileId, _revision, options) => {
    signals.push(options?.signal)
    return never()
  }
  const leaving = new AbortController()
  const find = host.content.findDocument('doc', { signal: leaving.signal, continues: false })
  await turns()

  leaving.abort(new Error('gone'))
  await assert.rejects(find, /gone/)
  application.source.open = open

  assert.deepEqual(
    signals.map((signal) => signal?.aborted),
    [true],
  )
  assert.deepEqual(await host.get(), CONTENT)
})

test('a piece that never comes is given up, and so is a find', async () => {
  const { host, application } = await hostWith('immutable')
  const { open, find } = application.source
  application.source.open = async () => readable(never)
  const reading = host.send(undefined, { contents: true })
  await ringAfter(host, DEFAULT_DEADLINES.pieceMs)
  application.source.open = open
  application.source.find = never
  const finding = host.send(undefined)
  await ringAfter(host, DEFAULT_DEADLINES.answerMs)
  application.source.find = find

  assert.deepEqual([(await reading).status, (await finding).status], [500, 500])
  assert.deepEqual(await host.get(), CONTENT)
})

test('pieces may come slowly for as long as all may take, and no longer', async () => {
  const { host, application } = await hostWith('mutable')
  let pieces = 0
  application.source.open = async () =>
    readable(async () => {
      host.advance(MINUTE / 2)
      pieces++
      return { done: false, value: testBytes(1) }
    })

  const { status } = await host.send(undefined)

  assert.equal(status, 500)
  assert.ok(pieces <= DEFAULT_DEADLINES.readMs / (MINUTE / 2) + 1, `${pieces} pieces`)
})

for (const [what, opened, message] of [
  [
    'pieces that are no Uint8Array',
    readable(async () => ({ done: false, value: 'text' })),
    /String/,
  ],
  ['something that is no body', { text: 'x' }, /AsyncIterable that is AsyncDisposable/],
] as const)
  test(`an application that opens ${what} is told so, with document and revision`, async () => {
    const { host, application } = await hostWith('immutable')
    application.source.open = (async () => opened) as unknown as DocumentSource['open']

    const { status } = await host.send(undefined, {
      contents: true,
      headers: { 'X-WOPI-CorrelationID': 'c1' },
    })

    const { fields } = host.logged.at(-1) ?? {}
    assert.equal(status, 500)
    assert.match(String(fields?.err), message)
    assert.match(String(fields?.err), /of doc, revision "r1",/)
    assert.deepEqual(
      [fields?.operation, fields?.fileId, fields?.correlationId],
      ['GetFile', 'doc', 'c1'],
    )
  })

test('a read that fails at once is answered 500, not a reply that breaks off', async () => {
  const { host, application } = await hostWith('immutable')
  application.source.open = async () =>
    readable(async () => {
      throw new Error('the bucket is away')
    })

  assert.equal((await host.send(undefined, { contents: true })).status, 500)
})

test('every question to Access and SignIn is given up in time', async () => {
  const grant = { userId: 'a', displayName: 'A', permissions: new Set<never>(), expiresAt: 0 }
  const access = createPatientAccess(
    { authenticate: never, issue: never, mayRelease: never },
    IMPATIENT,
  )
  const signIn = createPatientSignIn(
    { authorizationUri: '', tokenIssuanceUri: '', authenticate: never },
    IMPATIENT,
  )
  const lock = { fileId: 'f', lockId: 'l', signal: AbortSignal.any([]) }

  for (const asking of [
    access.authenticate('t', { operation: 'GetFile' }),
    access.issue?.({ user: grant }),
    access.mayRelease?.(grant, lock),
    signIn.authenticate('t', {}),
  ])
    await assert.rejects(Promise.resolve(asking), { name: 'TimeoutError' })
})

test('every question for proof keys is given up in time', async () => {
  const source = createPatientKeys({ keys: never, refresh: never }, IMPATIENT)

  await assert.rejects(source.keys(), { name: 'TimeoutError' })
  await assert.rejects(source.refresh(), { name: 'TimeoutError' })
})

test('every method of a tree is given up in time', async () => {
  const methods = [
    'root',
    'container',
    'path',
    'find',
    'children',
    'createFile',
    'createContainer',
    'renameContainer',
    'deleteContainer',
    'renameFile',
    'deleteFile',
  ]
  const hanging = Object.fromEntries(methods.map((name) => [name, never]))
  const { tree } = withPatientTree({ tree: hanging as unknown as SourceTree }, IMPATIENT)

  assert.deepEqual(Object.keys(tree ?? {}).toSorted(), methods.toSorted())
  for (const call of Object.values(tree ?? {}) as ((input: object) => Promise<unknown>)[])
    await assert.rejects(call({}), { name: 'TimeoutError' })
})

async function hostWith(
  revisions: DocumentSource['revisions'],
): Promise<{ host: TestHost; application: Application }> {
  const application = createApplication({ revisions })
  application.write('doc', CONTENT)
  return { host: await createTestHost({ application: application.source }), application }
}

/** Lets the time pass until what waits now has waited for long enough. */
async function ringAfter(host: TestHost, ms: number): Promise<void> {
  await turns()
  host.advance(ms)
  host.alarms.ring()
}

/** Lets all that needs no time happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

// biome-ignore lint/suspicious/noExplicitAny: what an application gives may be anything
function readable(next: () => Promise<any>) {
  return { [Symbol.asyncIterator]: () => ({ next }), async [Symbol.asyncDispose]() {} }
}
