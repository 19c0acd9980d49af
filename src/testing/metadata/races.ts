import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  createTree,
  newCommit,
  newDocument,
  newFragment,
  newJudgement,
  newSession,
  placeOf,
  sessionOfCommit,
} from './context.ts'

/** Documents that see the same race at the same time: one alone would seldom hit the moment. */
const KEYS = Array.from({ length: 10 }, (_, index) => `d${index}`)

/** One document in a race, and what calls two commands at the same time. */
interface Race {
  store: MetadataStore
  key: string
  both<A, B>(a: () => Promise<A>, b: () => Promise<B>): Promise<[A, B]>
}

/** Registers a test of two commands at the same time for each order in which they may be called. */
function raceTest(
  test: ContractTest,
  [a, b]: [string, string],
  result: string,
  body: (race: Race) => Promise<void>,
): void {
  const inOrder: Race['both'] = (a, b) => Promise.all([a(), b()])
  const reversed: Race['both'] = async (a, b) => {
    const [second, first] = await Promise.all([b(), a()])
    return [first, second]
  }
  for (const both of [inOrder, reversed])
    test(`${a} and ${b} at the same time, ${both === inOrder ? a : b} first: ${result}`, async ({
      store,
    }) => {
      await Promise.all(KEYS.map((key) => body({ store, key, both })))
    })
}

const create = (store: MetadataStore, key: string, changes = {}) =>
  store.createDocument(
    newDocument({ fileId: `File_${key}`, key, newPacks: [{ key: `${key}/p1` }], ...changes }),
  )

/** A document with a session that has received a fragment of 100 bytes. */
async function createWithSession(store: MetadataStore, key: string): Promise<void> {
  await create(store, key)
  await store.createSession(
    newSession({ id: key, tokenHash: key, fileId: `File_${key}`, documentKey: key }),
  )
  await store.appendFragment(newFragment({ tokenHash: key, pack: { key: `${key}/f1` } }))
}

const append = (store: MetadataStore, key: string) =>
  store.appendFragment(newFragment({ tokenHash: key, offset: 100, pack: { key: `${key}/new` } }))

const commit = (store: MetadataStore, key: string, changes = {}) =>
  store.commit(newCommit({ documentKey: key, newPacks: [{ key: `${key}/new` }], ...changes }))

/** Condemns the pack `new`, and returns the judgement that dooms it. */
async function condemnNew(store: MetadataStore, key: string) {
  const { referenceVersion } = await store.readReferences(key)
  const judgement = newJudgement({ unnamed: [{ key: `${key}/new` }], delayMs: 0 })
  await store.judgePacks(key, referenceVersion, judgement)
  return () => store.judgePacks(key, referenceVersion, judgement)
}

/** A pack is named or doomed, never both and never neither. */
async function assertNamedOrDoomed(
  { store, key }: Race,
  named: { ok: boolean; reason?: string },
  judged: { ok: boolean },
): Promise<void> {
  assert.notEqual(named.ok, judged.ok)
  if (!named.ok) assert.equal(named.reason, 'pack-gone')
  const { condemned } = await store.readReferences(key)
  assert.deepEqual(
    condemned.map(({ pack, doomed }) => [pack.key, doomed]),
    named.ok ? [] : [[`${key}/new`, true]],
  )
}

/** The sentence of the port that calls at the same time behave as if one ran after the other. */
export function raceContract(test: ContractTest): void {
  packRaces(test)
  sessionRaces(test)
  quotaRaces(test)
  deliveryRaces(test)
  placingRaces(test)
}

function packRaces(test: ContractTest): void {
  raceTest(test, ['judgePacks', 'createDocument'], 'the pack is named or doomed', async (race) => {
    const { store, key } = race
    const doomNew = await condemnNew(store, key)

    const [judged, created] = await race.both(doomNew, () =>
      create(store, key, { newPacks: [{ key: `${key}/new` }] }),
    )

    await assertNamedOrDoomed(race, created, judged)
  })

  raceTest(test, ['judgePacks', 'appendFragment'], 'the pack is named or doomed', async (race) => {
    const { store, key } = race
    await createWithSession(store, key)
    const doomNew = await condemnNew(store, key)

    const [judged, appended] = await race.both(doomNew, () => append(store, key))

    await assertNamedOrDoomed(race, appended, judged)
    const received = (await store.readSession(key))?.session.received
    assert.equal(received, appended.ok ? 200 : 100)
  })

  raceTest(test, ['judgePacks', 'commit'], 'the pack is named or doomed', async (race) => {
    const { store, key } = race
    await create(store, key)
    const doomNew = await condemnNew(store, key)

    const [judged, committed] = await race.both(doomNew, () => commit(store, key))

    await assertNamedOrDoomed(race, committed, judged)
    const document = (await store.readDocument(`File_${key}`))?.document
    assert.equal(document?.manifestId, committed.ok ? 'm2' : 'm1')
  })

  raceTest(
    test,
    ['two judgements', 'appendFragment'],
    'a pack that is condemned and doomed meanwhile is not named',
    async (race) => {
      const { store, key } = race
      await createWithSession(store, key)
      const { referenceVersion } = await store.readReferences(key)
      const judgement = newJudgement({ unnamed: [{ key: `${key}/new` }], delayMs: 0 })
      const judge = () => store.judgePacks(key, referenceVersion, judgement)

      const [[, judged], appended] = await race.both(
        () => Promise.all([judge(), judge()]),
        () => append(store, key),
      )

      await assertNamedOrDoomed(race, appended, judged)
    },
  )
}

function sessionRaces(test: ContractTest): void {
  raceTest(
    test,
    ['commit', 'appendFragment'],
    'the session ends, or grows and stays open',
    async ({ store, key, both }) => {
      await createWithSession(store, key)

      const [committed, appended] = await both(
        () => commit(store, key, { newPacks: [], session: sessionOfCommit({ tokenHash: key }) }),
        () => append(store, key),
      )

      assert.deepEqual(
        [committed.ok || committed.reason, appended.ok || appended.reason],
        committed.ok ? [true, 'gone'] : ['session-changed', true],
      )
      const session = (await store.readSession(key))?.session
      assert.deepEqual(
        [session?.received, session?.committed?.manifestId],
        committed.ok ? [100, 'm2'] : [200, undefined],
      )
    },
  )

  raceTest(
    test,
    ['cancelSession', 'commit'],
    'the session is cancelled or committed',
    async ({ store, key, both }) => {
      await createWithSession(store, key)

      const [cancelled, committed] = await both(
        () => store.cancelSession(key),
        () => commit(store, key, { newPacks: [], session: sessionOfCommit({ tokenHash: key }) }),
      )

      assert.notEqual(cancelled.ok, committed.ok)
      const session = (await store.readSession(key))?.session
      assert.equal(session?.committed?.manifestId, committed.ok ? 'm2' : undefined)
    },
  )
}

function quotaRaces(test: ContractTest): void {
  raceTest(
    test,
    ['createSession of one user', 'createSession of another'],
    'each gets as many as the quota says',
    async ({ store, key, both }) => {
      await create(store, key)
      const openFive = (userId: string) =>
        Promise.all(
          [1, 2, 3, 4, 5].map((number) => {
            const id = `${key}-${userId}-${number}`
            const names = { id, tokenHash: id, fileId: `File_${key}`, documentKey: key }
            return store.createSession(newSession({ ...names, userId, maxSessions: 2 }))
          }),
        )

      const opened = await both(
        () => openFive('alice'),
        () => openFive('bob'),
      )

      assert.deepEqual(
        opened.map((outcomes) => outcomes.filter(({ ok }) => ok).length),
        [2, 2],
      )
      const listed = await store.listSessions({ fileId: `File_${key}`, limit: 10 })
      assert.equal(listed.sessions.length, 4)
    },
  )
}

function deliveryRaces(test: ContractTest): void {
  raceTest(
    test,
    ['settleDelivery', 'commit'],
    'the new save is due',
    async ({ store, key, both }) => {
      await create(store, key, { sourceRevision: 'r1' })
      await commit(store, key)
      const next = { expected: { manifestId: 'm2' }, manifestId: 'm3', sequenceNumber: 3 }

      const [settled, committed] = await both(
        () => store.settleDelivery(key, 2, 'r2'),
        () => commit(store, key, { ...next, newPacks: [] }),
      )

      assert.deepEqual([settled.ok, committed.ok], [true, true])
      const { deliveries } = await store.listDeliveries(100)
      const due = deliveries.filter(({ documentKey }) => documentKey === key)
      assert.deepEqual(
        due.map(({ sequenceNumber, baseRevision }) => [sequenceNumber, baseRevision]),
        [[3, 'r2']],
      )
    },
  )
}

function placingRaces(test: ContractTest): void {
  for (const ring of [
    ['a', 'b'],
    ['a', 'b', 'c'],
    ['a', 'b', 'c', 'd', 'e'],
  ])
    test(`placeContainer of ${ring.length} at the same time, each into the next, makes no cycle`, async ({
      store,
    }) => {
      await createTree(store, ...ring)

      const moved = await Promise.all(
        ring.map((containerId, index) => {
          const parentId = ring[(index + 1) % ring.length]
          const place = placeOf(containerId, parentId)
          return store.placeContainer(containerId, { name: containerId, place })
        }),
      )

      assert.deepEqual(
        moved.filter(({ ok }) => !ok),
        [{ ok: false, reason: 'cycle' }],
      )
      for (const containerId of ring) {
        const [root] = await store.listAncestors(containerId, 10)
        assert.equal(root?.containerId, 'root')
      }
    })
}
