import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  bytes,
  type ContractTest,
  condemn,
  condemnedKeys,
  countOf,
  doom,
  HOUR,
  MINUTE,
  newCommit,
  newDocument,
  newFragment,
  newSession,
  sessionOfCommit,
} from './context.ts'

/** A document with a session that has received a fragment of 100 bytes. */
async function openSession(store: MetadataStore): Promise<void> {
  await store.createDocument(newDocument())
  await store.createSession(newSession())
  await store.appendFragment(newFragment())
}

/** As `openSession`, with five fragments of 100 bytes. */
async function openLongSession(store: MetadataStore): Promise<void> {
  await openSession(store)
  for (let offset = 100; offset < 500; offset += 100)
    await store.appendFragment(newFragment({ offset, pack: { key: `d1/g${offset}` } }))
}

const NO_USAGE = { documentBytes: 0, documentFragments: 0, userBytes: 0, userFragments: 0 }

/** The sentences of the port about upload sessions. */
export function sessionContract(test: ContractTest): void {
  test('createSession opens an empty session that ends after its lifetime', async ({ store }) => {
    await store.createDocument(newDocument())

    const created = await store.createSession(newSession())

    assert.ok(created.ok)
    assert.equal(created.expiresAt, created.now + 30 * MINUTE)
    const read = await store.readSession('hash-1')
    assert.deepEqual(read?.session, {
      id: 's1',
      tokenHash: 'hash-1',
      fileId: 'File_1',
      documentKey: 'd1',
      userId: 'alice',
      createdAt: created.now,
      expiresAt: created.expiresAt,
      received: 0,
      fragmentCount: 0,
      checkpoint: undefined,
      committed: undefined,
    })
  })

  test('createSession counts live sessions of this user on this document only', async ({
    store,
    advance,
  }) => {
    await store.createDocument(newDocument())
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2' }))
    await store.createSession(newSession())
    const create = (id: string, changes = {}) => {
      return store.createSession(newSession({ id, tokenHash: id, maxSessions: 1, ...changes }))
    }

    const second = await create('s2')
    const otherUser = await create('s3', { userId: 'bob' })
    const otherDocument = await create('s4', { fileId: 'File_2', documentKey: 'd2' })
    await advance(30 * MINUTE)
    const afterExpiry = await create('s5')

    assert.deepEqual(second, { ok: false, reason: 'quota' })
    assert.deepEqual([otherUser.ok, otherDocument.ok, afterExpiry.ok], [true, true, true])
  })

  test('createSession lets as many of fifty callers in as the quota says', async ({ store }) => {
    await store.createDocument(newDocument())

    const opened = await countOf(
      50,
      (index) => {
        const id = `s${index}`
        return store.createSession(newSession({ id, tokenHash: id, maxSessions: 3 }))
      },
      ({ ok }) => ok,
    )

    assert.equal(opened, 3)
  })

  test('readSession knows only the tokens of sessions', async ({ store }) => {
    await openSession(store)

    assert.equal(await store.readSession('s1'), undefined)
    assert.equal(await store.readSession(''), undefined)
  })

  test('readSession sums the bytes of live sessions of the document and of the user', async ({
    store,
    advance,
  }) => {
    await openSession(store)
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2' }))
    const grow = async (id: string, length: number, changes = {}) => {
      await store.createSession(newSession({ id, tokenHash: id, ...changes }))
      await store.appendFragment(newFragment({ tokenHash: id, length, pack: { key: `d1/${id}` } }))
    }
    await grow('bobs', 20, { userId: 'bob' })
    await grow('elsewhere', 3, { fileId: 'File_2', documentKey: 'd2' })

    const live = await store.readSession('hash-1')
    await advance(29 * MINUTE)
    await store.extendSession('hash-1', 100, 30 * MINUTE)
    await advance(1 * MINUTE)
    const othersExpired = await store.readSession('hash-1')

    assert.deepEqual(live?.usage, {
      ...{ documentBytes: 120, documentFragments: 2 },
      ...{ userBytes: 103, userFragments: 2 },
    })
    assert.deepEqual(othersExpired?.usage, {
      ...{ documentBytes: 100, documentFragments: 1 },
      ...{ userBytes: 100, userFragments: 1 },
    })
  })

  test('readSession returns expired sessions too, with the time', async ({ store, advance }) => {
    await openSession(store)

    await advance(HOUR)
    const read = await store.readSession('hash-1')

    assert.ok(read)
    assert.ok(read.session.expiresAt < read.now)
    assert.deepEqual(read.usage, NO_USAGE)
  })

  test('appendFragment moves the end of the session and gives it a new lifetime', async ({
    store,
    advance,
  }) => {
    await openSession(store)
    const before = await store.readSession('hash-1')
    await advance(10 * MINUTE)

    const appended = await store.appendFragment(
      newFragment({ offset: 100, length: 50, pack: { key: 'd1/f2' }, checkpoint: bytes(8, 8) }),
    )

    const expiresAt = (before?.session.expiresAt ?? 0) + 10 * MINUTE
    assert.deepEqual(appended, { ok: true, received: 150, expiresAt })
    assert.deepEqual((await store.readSession('hash-1'))?.session, {
      ...before?.session,
      received: 150,
      fragmentCount: 2,
      checkpoint: bytes(8, 8),
      expiresAt,
    })
  })

  test('appendFragment does not look at the expiry', async ({ store, advance }) => {
    await openSession(store)

    await advance(2 * HOUR)
    const appended = await store.appendFragment(newFragment({ offset: 100 }))

    assert.equal(appended.ok, true)
  })

  test('appendFragment at another place than the end changes nothing and returns the end', async ({
    store,
  }) => {
    await openSession(store)
    const before = await store.readSession('hash-1')

    for (const offset of [0, 99, 101])
      assert.deepEqual(await store.appendFragment(newFragment({ offset })), {
        ok: false,
        reason: 'moved',
        received: 100,
      })

    assert.deepEqual((await store.readSession('hash-1'))?.session, before?.session)
    assert.equal((await store.listFragments('hash-1')).length, 1)
  })

  test('appendFragment lets one of fifty callers that start at the same place win', async ({
    store,
  }) => {
    await openSession(store)

    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        return store.appendFragment(newFragment({ offset: 100, pack: { key: `d1/g${index}` } }))
      }),
    )

    const lost = outcomes.filter((outcome) => !outcome.ok)
    assert.deepEqual(lost, Array(49).fill({ ok: false, reason: 'moved', received: 200 }))
  })

  test('appendFragment returns gone for a session that is unknown, cancelled or committed', async ({
    store,
  }) => {
    await openSession(store)
    await store.createSession(newSession({ id: 's2', tokenHash: 'hash-2' }))
    await store.commit(newCommit({ session: sessionOfCommit() }))
    await store.cancelSession('s2')

    for (const tokenHash of ['hash-0', 'hash-1', 'hash-2'])
      assert.deepEqual(await store.appendFragment(newFragment({ tokenHash, offset: 100 })), {
        ok: false,
        reason: 'gone',
      })
  })

  test('appendFragment refuses a doomed pack, with nothing changed', async ({ store }) => {
    await openSession(store)
    await doom(store, 'd1/f2')

    const refused = await store.appendFragment(newFragment({ offset: 100, pack: { key: 'd1/f2' } }))

    assert.deepEqual(refused, { ok: false, reason: 'pack-gone' })
    assert.equal((await store.readSession('hash-1'))?.session.received, 100)
  })

  test('appendFragment pardons a pack that is only condemned', async ({ store }) => {
    await openSession(store)
    await condemn(store, { key: 'd1/f2' })

    const appended = await store.appendFragment(
      newFragment({ offset: 100, pack: { key: 'd1/f2' } }),
    )

    assert.equal(appended.ok, true)
    assert.deepEqual(await condemnedKeys(store), [])
  })

  test('appendFragment of no bytes rejects', async ({ store }) => {
    await openSession(store)

    await assert.rejects(store.appendFragment(newFragment({ offset: 100, length: 0 })), RangeError)
  })

  test('extendSession gives a new lifetime when nothing was appended since', async ({
    store,
    advance,
  }) => {
    await openSession(store)
    await advance(HOUR)

    const extended = await store.extendSession('hash-1', 100, MINUTE)
    const moved = await store.extendSession('hash-1', 99, HOUR)
    const unknown = await store.extendSession('hash-2', 0, HOUR)

    const read = await store.readSession('hash-1')
    assert.ok(extended.ok && read)
    assert.deepEqual([extended.expiresAt, read.session.expiresAt], Array(2).fill(read.now + MINUTE))
    assert.deepEqual([moved, unknown], [{ ok: false }, { ok: false }])
  })

  test('extendSession refuses a committed session', async ({ store }) => {
    await openSession(store)
    await store.commit(newCommit({ session: sessionOfCommit() }))

    assert.deepEqual(await store.extendSession('hash-1', 100, HOUR), { ok: false })
  })

  test('listFragments lists what was appended, in the order of the bytes', async ({ store }) => {
    await openSession(store)
    const second = { offset: 100, length: 5, pack: { key: 'd1/f2', locator: 'bucket-2' } }
    await store.appendFragment(newFragment({ ...second, chunks: bytes() }))

    const listed = await store.listFragments('hash-1')

    assert.deepEqual(listed, [
      { offset: 0, length: 100, pack: { key: 'd1/f1' }, chunks: bytes(7, 7) },
      { ...second, chunks: bytes() },
    ])
    assert.deepEqual(await store.listFragments('hash-2'), [])
  })

  test('commit ends the session that it names, in one step', async ({ store }) => {
    await openSession(store)
    const before = await store.readSession('hash-1')

    const committed = await store.commit(newCommit({ session: sessionOfCommit() }))

    assert.equal(committed.ok, true)
    const read = await store.readSession('hash-1')
    assert.deepEqual(read?.session, {
      ...before?.session,
      committed: {
        baseSequenceNumber: 1,
        sequenceNumber: 2,
        manifestId: 'm2',
        digest: 'digest',
      },
    })
    assert.deepEqual(read?.usage, NO_USAGE)
  })

  for (const [what, changes] of [
    ['has grown', { received: 99 }],
    ['is gone', { tokenHash: 'hash-2' }],
  ] as const)
    test(`commit changes nothing when its session ${what}`, async ({ store }) => {
      await openSession(store)

      const refused = await store.commit(newCommit({ session: sessionOfCommit(changes) }))

      assert.deepEqual(refused, { ok: false, reason: 'session-changed' })
      assert.equal((await store.readDocument('File_1'))?.document.manifestId, 'm1')
      assert.equal((await store.readSession('hash-1'))?.session.committed, undefined)
    })

  test('commit refuses a session that is committed already', async ({ store }) => {
    await openSession(store)
    await store.commit(newCommit({ session: sessionOfCommit() }))

    const again = await store.commit(
      newCommit({
        expected: { manifestId: 'm2' },
        manifestId: 'm3',
        sequenceNumber: 3,
        session: sessionOfCommit(),
      }),
    )

    assert.deepEqual(again, { ok: false, reason: 'session-changed' })
  })

  test('commit refuses the session of another document', async ({ store }) => {
    await openSession(store)
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2', newPacks: [] }))

    const refused = await store.commit(newCommit({ documentKey: 'd2', session: sessionOfCommit() }))

    assert.deepEqual(refused, { ok: false, reason: 'session-changed' })
  })

  test('a refused commit leaves its session open', async ({ store }) => {
    await openSession(store)

    const refused = await store.commit(
      newCommit({ expected: { manifestId: 'm0' }, session: sessionOfCommit() }),
    )
    const appended = await store.appendFragment(newFragment({ offset: 100 }))

    assert.equal(refused.ok, false)
    assert.equal(appended.ok, true)
  })

  test('listSessions goes through all sessions in pages, by id', async ({ store, advance }) => {
    await store.createDocument(newDocument())
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2' }))
    for (const id of ['c', 'a', 'd', 'b'])
      await store.createSession(
        newSession({
          id,
          tokenHash: `hash-${id}`,
          ...(id === 'b' ? { fileId: 'File_2', documentKey: 'd2' } : {}),
        }),
      )
    await advance(HOUR)

    const first = await store.listSessions({ limit: 2 })
    const rest = await store.listSessions({ limit: 9, after: 'b' })
    const ofFile = await store.listSessions({ limit: 2, fileId: 'File_1' })

    const ids = [first, rest, ofFile].map(({ sessions }) => sessions.map(({ id }) => id))
    assert.deepEqual(ids, [
      ['a', 'b'],
      ['c', 'd'],
      ['a', 'c'],
    ])
    assert.ok(first.sessions.every(({ expiresAt }) => expiresAt < first.now))
  })

  test('cancelSession removes an open session and makes its document due', async ({ store }) => {
    await openSession(store)

    const cancelled = await store.cancelSession('s1')
    const again = await store.cancelSession('s1')

    assert.deepEqual([cancelled, again], [{ ok: true }, { ok: false }])
    assert.equal(await store.readSession('hash-1'), undefined)
    assert.deepEqual(await store.listFragments('hash-1'), [])
    assert.deepEqual((await store.readReferences('d1')).sessionPacks, [])
    assert.deepEqual(
      (await store.listDue(10)).map(({ documentKey }) => documentKey),
      ['d1'],
    )
  })

  test('cancelSession refuses a committed session', async ({ store }) => {
    await openSession(store)
    await store.commit(newCommit({ session: sessionOfCommit() }))

    assert.deepEqual(await store.cancelSession('s1'), { ok: false })
    assert.ok(await store.readSession('hash-1'))
  })

  test('removeDeadSessions removes sessions only after the time of grace', async ({
    store,
    advance,
  }) => {
    await openSession(store)

    await advance(30 * MINUTE + HOUR - 1)
    const tooEarly = await store.removeDeadSessions({ graceMs: HOUR, limit: 10 })
    const stillThere = await store.readSession('hash-1')
    await advance(1)
    const removed = await store.removeDeadSessions({ graceMs: HOUR, limit: 10 })

    assert.deepEqual(tooEarly, { removed: 0, more: false })
    assert.deepEqual(removed, { removed: 1, more: false })
    assert.ok(stillThere)
    assert.equal(await store.readSession('hash-1'), undefined)
    assert.deepEqual(await store.listFragments('hash-1'), [])
    assert.deepEqual(
      (await store.listDue(10)).map(({ documentKey }) => documentKey),
      ['d1'],
    )
  })

  test('removeDeadSessions removes at most limit sessions', async ({ store, advance }) => {
    await store.createDocument(newDocument())
    for (const id of ['a', 'b', 'c']) await store.createSession(newSession({ id, tokenHash: id }))
    await advance(HOUR)

    const removed = []
    for (let turn = 0; turn < 3; turn += 1)
      removed.push((await store.removeDeadSessions({ graceMs: 0, limit: 2 })).removed)

    assert.deepEqual(removed, [2, 1, 0])
    assert.deepEqual((await store.listSessions({ limit: 9 })).sessions, [])
  })

  test('removeDeadSessions removes an expired session of many fragments in several calls', async ({
    store,
    advance,
  }) => {
    await openLongSession(store)
    await advance(HOUR)

    const calls = []
    const packsLeft = []
    do {
      calls.push(await store.removeDeadSessions({ graceMs: 0, limit: 2 }))
      packsLeft.push((await store.readReferences('d1')).sessionPacks.length)
    } while (calls.at(-1)?.more && calls.length < 9)

    assert.deepEqual(packsLeft.slice(0, 3), [3, 1, 0])
    assert.equal(
      calls.reduce((sum, { removed }) => sum + removed, 0),
      1,
    )
    assert.deepEqual((await store.listSessions({ limit: 9 })).sessions, [])
    assert.deepEqual(
      (await store.listDue(10)).map(({ documentKey }) => documentKey),
      ['d1'],
    )
  })

  test('removeDeadSessions lets nobody use a session that it has begun to remove', async ({
    store,
    advance,
  }) => {
    await openLongSession(store)
    await advance(HOUR)

    const begun = await store.removeDeadSessions({ graceMs: 0, limit: 2 })

    assert.deepEqual(begun, { removed: 0, more: true })
    assert.equal(await store.readSession('hash-1'), undefined)
    assert.deepEqual(await store.listFragments('hash-1'), [])
    assert.deepEqual(await store.appendFragment(newFragment({ offset: 500 })), {
      ok: false,
      reason: 'gone',
    })
    assert.deepEqual(await store.extendSession('hash-1', 500, HOUR), { ok: false })
    assert.deepEqual(
      await store.commit(newCommit({ session: sessionOfCommit({ received: 500 }) })),
      { ok: false, reason: 'session-changed' },
    )
    assert.deepEqual(await store.cancelSession('s1'), { ok: true })
    assert.deepEqual((await store.readReferences('d1')).sessionPacks, [])
  })

  test('removeDeadSessions empties a committed session of many fragments in several calls', async ({
    store,
  }) => {
    await openLongSession(store)
    await store.commit(newCommit({ session: sessionOfCommit({ received: 500 }) }))
    const before = await store.readSession('hash-1')

    const calls = []
    const fragmentsLeft = []
    do {
      calls.push(await store.removeDeadSessions({ graceMs: HOUR, limit: 2 }))
      fragmentsLeft.push((await store.listFragments('hash-1')).length)
    } while (calls.at(-1)?.more && calls.length < 9)

    assert.deepEqual(fragmentsLeft.slice(0, 3), [3, 1, 0])
    assert.equal(
      calls.reduce((sum, { removed }) => sum + removed, 0),
      1,
    )
    assert.deepEqual((await store.readSession('hash-1'))?.session, before?.session)
  })

  test('removeDeadSessions empties committed sessions, and keeps their rows until they expire', async ({
    store,
    advance,
  }) => {
    await openSession(store)
    await store.commit(newCommit({ session: sessionOfCommit() }))
    const before = await store.readSession('hash-1')

    const emptied = await store.removeDeadSessions({ graceMs: HOUR, limit: 10 })
    const nothingLeft = await store.removeDeadSessions({ graceMs: HOUR, limit: 10 })
    const after = await store.readSession('hash-1')
    const due = await store.listDue(10)
    await advance(2 * HOUR)
    const removed = await store.removeDeadSessions({ graceMs: HOUR, limit: 10 })

    assert.deepEqual(
      [emptied, nothingLeft, removed],
      [
        { removed: 1, more: false },
        { removed: 0, more: false },
        { removed: 1, more: false },
      ],
    )
    assert.deepEqual(after?.session, before?.session)
    assert.deepEqual(await store.listFragments('hash-1'), [])
    assert.deepEqual(
      due.map(({ documentKey }) => documentKey),
      ['d1'],
    )
    assert.equal(await store.readSession('hash-1'), undefined)
  })
}
