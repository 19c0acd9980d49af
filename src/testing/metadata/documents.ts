import assert from 'node:assert/strict'
import {
  bytes,
  type ContractTest,
  commitStates,
  condemn,
  condemnedKeys,
  countOf,
  doom,
  HOUR,
  newCommit,
  newDocument,
  SECOND,
} from './context.ts'

/** The sentences of the port about documents, their states and their locks. */
export function documentContract(test: ContractTest): void {
  test('createDocument adds a document at sequence number 1, without locks', async ({ store }) => {
    const created = await store.createDocument(newDocument())

    assert.ok(created.ok)
    const read = await store.readDocument('File_1')
    assert.equal(read?.now, created.now)
    assert.deepEqual(read?.document, {
      fileId: 'File_1',
      key: 'd1',
      name: 'Report.docx',
      ownerId: 'owner',
      manifestId: 'm1',
      sequenceNumber: 1,
      size: 10,
      modifiedAt: created.now,
      locks: null,
      lockVersion: 0,
      containerId: null,
      source: null,
    })
  })

  test('createDocument refuses a fileId and a key that are taken', async ({ store }) => {
    await store.createDocument(newDocument())

    const sameFileId = await store.createDocument(newDocument({ key: 'd2', name: 'Other.docx' }))
    const sameKey = await store.createDocument(newDocument({ fileId: 'File_2' }))

    assert.deepEqual([sameFileId, sameKey], Array(2).fill({ ok: false, reason: 'exists' }))
    assert.equal((await store.readDocument('File_1'))?.document.name, 'Report.docx')
    assert.equal(await store.readDocument('File_2'), undefined)
  })

  test('createDocument lets one of fifty callers have a fileId', async ({ store }) => {
    const created = await countOf(
      50,
      (index) => store.createDocument(newDocument({ key: `d${index}` })),
      ({ ok }) => ok,
    )

    assert.equal(created, 1)
  })

  test('createDocument refuses a doomed pack and adds nothing', async ({ store }) => {
    await doom(store, 'd1/p1')

    const refused = await store.createDocument(newDocument())

    assert.deepEqual(refused, { ok: false, reason: 'pack-gone' })
    assert.equal(await store.readDocument('File_1'), undefined)
  })

  test('createDocument pardons a pack that is only condemned', async ({ store }) => {
    await condemn(store, { key: 'd1/p1' }, { key: 'd1/other' })

    const created = await store.createDocument(newDocument())

    assert.equal(created.ok, true)
    assert.deepEqual(await condemnedKeys(store), ['d1/other'])
  })

  test('readDocument tells fileIds apart by case and knows no other', async ({ store }) => {
    await store.createDocument(newDocument())

    assert.equal(await store.readDocument('file_1'), undefined)
    assert.equal(await store.readDocument('constructor'), undefined)
    assert.equal(await store.readDocument(''), undefined)
  })

  test('readDocument returns the time of the store', async ({ store, advance }) => {
    await store.createDocument(newDocument())
    const before = await store.readDocument('File_1')

    await advance(5 * SECOND)
    const after = await store.readDocument('File_1')

    assert.equal((after?.now ?? 0) - (before?.now ?? 0), 5 * SECOND)
  })

  test('readStates returns the states of the documents that exist', async ({ store }) => {
    await store.createDocument(newDocument({ fileId: 'a', key: 'd1' }))
    await store.createDocument(newDocument({ fileId: 'b', key: 'd2' }))
    await store.createDocument(newDocument({ fileId: 'c', key: 'd3' }))
    await store.commit(newCommit({ newPacks: [] }))

    const found = await store.readStates(['a', 'B', 'b', 'none', '"]'])
    const many = Array.from({ length: 999 }, (_, i) => `none${i}`)

    assert.deepEqual(
      new Map(found.map(({ fileId, sequenceNumber }) => [fileId, sequenceNumber])),
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
    const { document } = (await store.readDocument('c')) ?? assert.fail()
    const { fileId, sequenceNumber, size, modifiedAt, source } = document
    assert.deepEqual(await store.readStates([...many, 'c']), [
      { fileId, sequenceNumber, size, modifiedAt, source },
    ])
    assert.deepEqual(await store.readStates([]), [])
  })

  test('listDocuments goes through all documents in pages, by fileId', async ({ store }) => {
    for (const fileId of ['b', 'a_', 'B', '9', 'a'])
      await store.createDocument(
        newDocument({ fileId, key: `k${fileId.codePointAt(0)}${fileId.length}` }),
      )

    const first = await store.listDocuments({ limit: 2 })
    const second = await store.listDocuments({ after: 'B', limit: 10 })

    assert.deepEqual(
      first.map(({ fileId }) => fileId),
      ['9', 'B'],
    )
    assert.deepEqual(
      second.map(({ fileId }) => fileId),
      ['a', 'a_', 'b'],
    )
  })

  test('readManifest returns the bytes of every kept state', async ({ store }) => {
    await store.createDocument(newDocument({ manifest: bytes(0, 255, 3) }))
    await store.commit(newCommit({ manifest: new Uint8Array(100_000).fill(5) }))

    assert.deepEqual(await store.readManifest('d1', 'm1'), bytes(0, 255, 3))
    assert.deepEqual(await store.readManifest('d1', 'm2'), new Uint8Array(100_000).fill(5))
    assert.equal(await store.readManifest('d1', 'm3'), undefined)
    assert.equal(await store.readManifest('d2', 'm1'), undefined)
  })

  test('readManifest returns the stored bytes, even if the caller changes its own afterwards', async ({
    store,
  }) => {
    const manifest = bytes(1, 2, 3)
    const created = store.createDocument(newDocument({ manifest: manifest.subarray(1) }))
    manifest.fill(0)
    await created

    ;(await store.readManifest('d1', 'm1'))?.fill(0)
    const read = await store.readManifest('d1', 'm1')

    assert.deepEqual(read, bytes(2, 3))
  })

  test('listManifests lists the states with the current one first', async ({ store, advance }) => {
    const created = await store.createDocument(newDocument())
    await advance(SECOND)
    const committed = await store.commit(newCommit())

    assert.ok(created.ok && committed.ok)
    assert.deepEqual(await store.listManifests('d1'), [
      { manifestId: 'm2', sequenceNumber: 2, size: 20, userId: 'bob', createdAt: committed.now },
      { manifestId: 'm1', sequenceNumber: 1, size: 10, userId: 'alice', createdAt: created.now },
    ])
    assert.deepEqual(await store.listManifests('d2'), [])
  })

  test('listManifests keeps the order of states of the same instant and number', async ({
    store,
  }) => {
    await store.createDocument(newDocument({ manifestId: 'z' }))
    for (const [from, to] of [
      ['z', 'k'],
      ['k', 'x'],
      ['x', 'a'],
    ] as const)
      await store.commit(
        newCommit({ expected: { manifestId: from }, manifestId: to, sequenceNumber: 1 }),
      )

    const listed = await store.listManifests('d1')

    assert.deepEqual(
      listed.map(({ manifestId }) => manifestId),
      ['a', 'x', 'k', 'z'],
    )
  })

  test('replaceLocks replaces the locks and counts the change', async ({ store }) => {
    await store.createDocument(newDocument())

    const set = await store.replaceLocks('d1', 0, '{"wopi":"ä"}')
    const afterSet = await store.readDocument('File_1')
    const cleared = await store.replaceLocks('d1', 1, null)
    const afterClear = await store.readDocument('File_1')

    assert.deepEqual([set.ok, cleared.ok], [true, true])
    assert.equal(afterSet?.document.locks, '{"wopi":"ä"}')
    assert.equal(afterSet?.document.lockVersion, 1)
    assert.equal(afterClear?.document.locks, null)
    assert.equal(afterClear?.document.lockVersion, 2)
  })

  test('replaceLocks tells the sequence number at the moment of the change', async ({ store }) => {
    await store.createDocument(newDocument())
    const before = await store.replaceLocks('d1', 0, 'alice')
    await store.commit(newCommit({ expected: { manifestId: 'm1' }, sequenceNumber: 7 }))

    const after = await store.replaceLocks('d1', 1, 'bob')

    assert.deepEqual(
      [before, after],
      [
        { ok: true, sequenceNumber: 1 },
        { ok: true, sequenceNumber: 7 },
      ],
    )
  })

  test('replaceLocks refuses a version read before another change', async ({ store }) => {
    await store.createDocument(newDocument())
    await store.replaceLocks('d1', 0, 'alice')

    const late = await store.replaceLocks('d1', 0, 'bob')
    const unknown = await store.replaceLocks('d2', 0, 'bob')

    assert.deepEqual([late, unknown], [{ ok: false }, { ok: false }])
    assert.equal((await store.readDocument('File_1'))?.document.locks, 'alice')
  })

  test('replaceLocks lets one of fifty callers that read the same version win', async ({
    store,
  }) => {
    await store.createDocument(newDocument())

    const won = await countOf(
      50,
      (index) => store.replaceLocks('d1', 0, `caller ${index}`),
      ({ ok }) => ok,
    )

    assert.equal(won, 1)
  })

  test('commit makes the new state current and keeps the former one', async ({
    store,
    advance,
  }) => {
    await store.createDocument(newDocument())
    await store.replaceLocks('d1', 0, 'locks')
    await advance(SECOND)

    const committed = await store.commit(
      newCommit({ expected: { manifestId: 'm1', lockVersion: 1 } }),
    )

    assert.ok(committed.ok)
    const document = (await store.readDocument('File_1'))?.document
    assert.deepEqual(
      [document?.manifestId, document?.sequenceNumber, document?.size, document?.modifiedAt],
      ['m2', 2, 20, committed.now],
    )
    assert.equal(committed.modifiedAt, committed.now)
    assert.deepEqual([document?.locks, document?.lockVersion], ['locks', 1])
    assert.deepEqual(await store.readManifest('d1', 'm1'), bytes(1))
  })

  test('commit gives each content a later time, though the clock stands still', async ({
    store,
  }) => {
    const created = await store.createDocument(newDocument())
    assert.ok(created.ok)

    const times: number[] = [created.now]
    for (let state = 2; state <= 5; state++) {
      const expected = { manifestId: `m${state - 1}`, lockVersion: 0 }
      const next = { manifestId: `m${state}`, sequenceNumber: state, expected }
      const committed = await store.commit(newCommit(next))
      assert.ok(committed.ok)
      const document = (await store.readDocument('File_1'))?.document
      assert.equal(document?.modifiedAt, committed.modifiedAt)
      times.push(committed.modifiedAt)
    }

    const [first = 0] = times
    assert.deepEqual(times, [first, first + 1, first + 2, first + 3, first + 4])
  })

  test('commit of the same sequence number leaves the time of the content', async ({
    store,
    advance,
  }) => {
    const created = await store.createDocument(newDocument())
    await advance(SECOND)

    await store.commit(newCommit({ sequenceNumber: 1, expected: { manifestId: 'm1' } }))

    const document = (await store.readDocument('File_1'))?.document
    assert.ok(created.ok)
    assert.deepEqual([document?.manifestId, document?.modifiedAt], ['m2', created.now])
  })

  for (const [what, expected] of [
    ['manifestId', { manifestId: 'm0', lockVersion: 0 }],
    ['lockVersion', { manifestId: 'm1', lockVersion: 1 }],
  ] as const)
    test(`commit changes nothing when ${what} is not the expected one`, async ({ store }) => {
      await store.createDocument(newDocument())
      const before = await store.readDocument('File_1')

      const refused = await store.commit(newCommit({ expected }))

      assert.deepEqual(refused, { ok: false, reason: 'changed' })
      assert.deepEqual((await store.readDocument('File_1'))?.document, before?.document)
      assert.equal((await store.listManifests('d1')).length, 1)
    })

  test('commit of an unknown document is refused', async ({ store }) => {
    assert.deepEqual(await store.commit(newCommit()), { ok: false, reason: 'changed' })
  })

  test('commit holds before the end of its lock, and not at it', async ({ store, advance }) => {
    const created = await store.createDocument(newDocument())
    assert.ok(created.ok)
    const expected = { manifestId: 'm1', validBefore: created.now + SECOND }

    await advance(SECOND)
    const late = await store.commit(newCommit({ expected }))
    const inTime = await store.commit(
      newCommit({ expected: { ...expected, validBefore: created.now + SECOND + 1 } }),
    )

    assert.deepEqual(late, { ok: false, reason: 'changed' })
    assert.equal(inTime.ok, true)
  })

  test('commit lets one of fifty callers that read the same state win', async ({ store }) => {
    await store.createDocument(newDocument())

    const won = await countOf(
      50,
      (index) => store.commit(newCommit({ manifestId: `n${index}` })),
      ({ ok }) => ok,
    )

    assert.equal(won, 1)
    assert.equal((await store.listManifests('d1')).length, 2)
  })

  test('commit refuses a doomed pack, with nothing changed', async ({ store }) => {
    await store.createDocument(newDocument())
    await doom(store, 'd1/p2')

    const refused = await store.commit(newCommit({ newPacks: [{ key: 'd1/x' }, { key: 'd1/p2' }] }))

    assert.deepEqual(refused, { ok: false, reason: 'pack-gone' })
    assert.equal((await store.readDocument('File_1'))?.document.manifestId, 'm1')
  })

  test('commit pardons a pack that is only condemned', async ({ store }) => {
    await store.createDocument(newDocument())
    await condemn(store, { key: 'd1/p2' })

    const committed = await store.commit(newCommit())

    assert.equal(committed.ok, true)
    assert.deepEqual(await condemnedKeys(store), [])
  })

  test('commit whose manifestId is taken rejects and changes nothing', async ({ store }) => {
    await store.createDocument(newDocument())
    const before = await store.readReferences('d1')

    await assert.rejects(store.commit(newCommit({ manifestId: 'm1', manifest: bytes(66) })))

    assert.deepEqual(await store.readReferences('d1'), before)
    assert.equal((await store.readDocument('File_1'))?.document.sequenceNumber, 1)
    assert.deepEqual(await store.readManifest('d1', 'm1'), bytes(1))
  })

  test('pruneManifests drops the states that are named', async ({ store }) => {
    await store.createDocument(newDocument())
    await commitStates(store, 5)

    const dropped = await store.pruneManifests('d1', ['m1', 'm3', 'm9'])

    assert.equal(dropped, 2)
    const kept = await store.listManifests('d1')
    assert.deepEqual(
      kept.map(({ manifestId }) => manifestId),
      ['m5', 'm4', 'm2'],
    )
    assert.equal(await store.readManifest('d1', 'm3'), undefined)
  })

  test('commit makes the document due after the requested time', async ({ store, advance }) => {
    await store.createDocument(newDocument())
    await store.commit(newCommit({ sweepAfterMs: HOUR }))

    await advance(HOUR - 1)
    const early = await store.listDue(10)
    await advance(1)
    const due = await store.listDue(10)

    assert.deepEqual(
      [early, due].map((rows) => rows.map(({ documentKey }) => documentKey)),
      [[], ['d1']],
    )
  })

  test('pruneManifests never drops the current state', async ({ store }) => {
    await store.createDocument(newDocument())
    await commitStates(store, 3)

    assert.equal(await store.pruneManifests('d1', ['m3', 'm2', 'm1']), 2)
    assert.equal(await store.pruneManifests('d1', []), 0)
    const kept = await store.listManifests('d1')
    assert.deepEqual(
      kept.map(({ manifestId }) => manifestId),
      ['m3'],
    )
  })

  test('listManifests tells what clients have said of saves, and of content that has not changed', async ({
    store,
  }) => {
    await store.createDocument(newDocument())
    const cause = { editors: ['alice', 'bob'], proven: true, extendedData: 'a "quote"' }
    await store.commit(newCommit({ cause }))
    const same = { manifestId: 'm3', sequenceNumber: 2, expected: { manifestId: 'm2' } }
    await store.commit(newCommit(same))
    const silent = { manifestId: 'm4', sequenceNumber: 3, expected: { manifestId: 'm3' } }
    await store.commit(newCommit(silent))

    const states = await store.listManifests('d1')

    assert.deepEqual(
      states.map(({ manifestId, cause }) => [manifestId, cause]),
      [
        ['m4', undefined],
        ['m3', cause],
        ['m2', cause],
        ['m1', undefined],
      ],
    )
    assert.equal(await store.pruneManifests('d1', ['m2', 'm3']), 2)
  })

  test('pruneManifests drops no states of other documents', async ({ store }) => {
    await store.createDocument(newDocument())
    await commitStates(store, 2)

    assert.equal(await store.pruneManifests('d2', ['m1', 'm2']), 0)
    assert.equal((await store.listManifests('d1')).length, 2)
  })

  test('ensureSecret gives all callers the secret of the first', async ({ store }) => {
    const [first, ...others] = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.ensureSecret('token-key', bytes(index, 1))),
    )
    const other = await store.ensureSecret('other-key', bytes(99))

    assert.ok(first)
    assert.deepEqual(others, Array(19).fill(first))
    assert.deepEqual(other, bytes(99))
  })
}
