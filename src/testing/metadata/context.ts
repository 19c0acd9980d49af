import type { Commit, NewDocument } from '../../ports/metadata/documents.ts'
import type { NewContainer } from '../../ports/metadata/folders.ts'
import type { PackJudgement } from '../../ports/metadata/garbage.ts'
import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { AppendFragment, NewSession } from '../../ports/metadata/sessions.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/** A store to be tested, and its clock. */
export interface OpenedMetadataStore {
  store: MetadataStore
  /** Moves the store's clock forward. */
  advance(ms: number): void | Promise<void>
}

/** Registers a test that gets a fresh store. */
export type ContractTest = (
  name: string,
  body: (context: OpenedMetadataStore) => Promise<void>,
) => void

export const bytes = (...values: number[]) => Uint8Array.from(values)

export function newDocument(changes: Partial<NewDocument> = {}): NewDocument {
  return {
    fileId: 'File_1',
    key: 'd1',
    name: 'Report.docx',
    ownerId: 'owner',
    manifestId: 'm1',
    manifest: bytes(1),
    size: 10,
    userId: 'alice',
    newPacks: [{ key: 'd1/p1' }],
    ...changes,
  }
}

/** The commit of the second state over the first. */
export function newCommit(changes: Partial<Commit> = {}): Commit {
  return {
    documentKey: 'd1',
    expected: { manifestId: 'm1', lockVersion: 0 },
    manifestId: 'm2',
    manifest: bytes(2),
    size: 20,
    sequenceNumber: 2,
    userId: 'bob',
    newPacks: [{ key: 'd1/p2' }],
    sweepAfterMs: 0,
    ...changes,
  }
}

/** A place in the root container that `createTree` has created. */
export const placeOf = (nameKey: string, containerId = 'root') => ({ containerId, nameKey })

export function newContainer(changes: Partial<NewContainer> = {}): NewContainer {
  return {
    containerId: 'Box_1',
    name: 'Box 1',
    ownerId: 'owner',
    place: placeOf('box 1'),
    ...changes,
  }
}

/** Creates the root container and these in it, each with its id as its name. */
export async function createTree(store: MetadataStore, ...containerIds: string[]): Promise<void> {
  await store.ensureRootContainer({ containerId: 'root', name: 'All', ownerId: 'system' })
  for (const containerId of containerIds)
    await store.createContainer(newContainer({ containerId, place: placeOf(containerId) }))
}

/** Commits states 2 up to `last`, one on the other. */
export async function commitStates(store: MetadataStore, last: number): Promise<void> {
  for (let number = 2; number <= last; number += 1)
    await store.commit(
      newCommit({
        expected: { manifestId: `m${number - 1}` },
        manifestId: `m${number}`,
        sequenceNumber: number,
        newPacks: [{ key: `d1/p${number}` }],
        sweepAfterMs: 0,
      }),
    )
}

export function newSession(changes: Partial<NewSession> = {}): NewSession {
  return {
    id: 's1',
    tokenHash: 'hash-1',
    fileId: 'File_1',
    documentKey: 'd1',
    userId: 'alice',
    lifetimeMs: 30 * MINUTE,
    maxSessions: 10,
    ...changes,
  }
}

export function newFragment(changes: Partial<AppendFragment> = {}): AppendFragment {
  return {
    tokenHash: 'hash-1',
    offset: 0,
    length: 100,
    pack: { key: 'd1/f1' },
    chunks: bytes(7, 7),
    checkpoint: bytes(9),
    lifetimeMs: 30 * MINUTE,
    ...changes,
  }
}

/** The session part of a commit, for a session that has received 100 bytes. */
export const sessionOfCommit = (changes: Partial<NonNullable<Commit['session']>> = {}) => ({
  tokenHash: 'hash-1',
  received: 100,
  baseSequenceNumber: 1,
  digest: 'digest',
  ...changes,
})

/** A judgement that dooms only what was condemned an hour ago. */
export function newJudgement(changes: Partial<PackJudgement> = {}): PackJudgement {
  return { unnamed: [], named: [], delayMs: HOUR, ...changes }
}

/** Condemns packs of the first document. */
export async function condemn(store: MetadataStore, ...unnamed: PackRef[]): Promise<void> {
  const { referenceVersion } = await store.readReferences('d1')
  await store.judgePacks('d1', referenceVersion, newJudgement({ unnamed }))
}

/** Condemns and dooms packs of the first document, so that their bytes may go. */
export async function doom(store: MetadataStore, ...keys: string[]): Promise<void> {
  const { referenceVersion } = await store.readReferences('d1')
  const judgement = newJudgement({ unnamed: keys.map((key) => ({ key })), delayMs: 0 })
  await store.judgePacks('d1', referenceVersion, judgement)
  await store.judgePacks('d1', referenceVersion, judgement)
}

export async function condemnedKeys(store: MetadataStore): Promise<string[]> {
  const { condemned } = await store.readReferences('d1')
  return condemned.map(({ pack }) => pack.key).sort()
}

/** What is in a container, as keys of names. */
export async function namesIn(store: MetadataStore, containerId = 'root'): Promise<string[]> {
  const children = await store.listChildren(containerId, { limit: 100 })
  return children.map(({ nameKey }) => nameKey)
}

/** How many of many calls at the same time had this outcome. */
export async function countOf<Outcome>(
  calls: number,
  call: (index: number) => Promise<Outcome>,
  matches: (outcome: Outcome) => boolean,
): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: calls }, (_, index) => call(index)))
  return outcomes.filter(matches).length
}
