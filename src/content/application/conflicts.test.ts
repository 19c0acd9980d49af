import assert from 'node:assert/strict'
import test from 'node:test'
import type { SourceConflict } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import { createConflicts } from './conflicts.ts'

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
const CONFLICT: SourceConflict = {
  fileId: 'doc',
  revision: 'theirs',
  knownRevision: 'base',
  version: 2,
  reason: 'undelivered',
}

test('createConflicts reports each revision once', async () => {
  const { conflicts, told } = recorded()

  for (const revision of ['a', 'a', 'b', 'b']) conflicts.report({ ...CONFLICT, revision })
  conflicts.report({ ...CONFLICT, fileId: 'other', revision: 'b' })
  await new Promise(setImmediate)

  assert.deepEqual(
    told.map(({ fileId, revision }) => `${fileId} ${revision}`),
    ['doc a', 'doc b', 'other b'],
  )
})

test('createConflicts reports a suspicion when the save on the same base became another revision', async () => {
  const { conflicts, told } = recorded()

  conflicts.suspect(CONFLICT)
  conflicts.settled({ fileId: 'doc', baseRevision: 'base', revision: 'ours' })
  conflicts.settled({ fileId: 'doc', baseRevision: 'ours', revision: 'ours again' })
  await new Promise(setImmediate)

  assert.deepEqual(told, [CONFLICT])
})

test('createConflicts drops a suspicion when the save became the suspected revision', async () => {
  const { conflicts, told } = recorded()

  conflicts.suspect(CONFLICT)
  conflicts.settled({ fileId: 'doc', baseRevision: 'base', revision: 'theirs' })
  await new Promise(setImmediate)

  assert.deepEqual(told, [])
})

test('createConflicts drops a suspicion that is older than a save delivered by another process', async () => {
  const { conflicts, told } = recorded()

  conflicts.suspect(CONFLICT)
  conflicts.settled({ fileId: 'doc', baseRevision: 'theirs', revision: 'next' })
  await new Promise(setImmediate)

  assert.deepEqual(told, [])
})

test('createConflicts keeps new suspicions when earlier ones are never settled here', async () => {
  const { conflicts, told } = recorded()

  for (let i = 0; i < 10_001; i++) conflicts.suspect({ ...CONFLICT, fileId: `doc${i}` })
  conflicts.settled({ fileId: 'doc10000', baseRevision: 'base', revision: 'ours' })
  conflicts.settled({ fileId: 'doc0', baseRevision: 'base', revision: 'ours' })
  await new Promise(setImmediate)

  assert.deepEqual(
    told.map(({ fileId }) => fileId),
    ['doc10000'],
  )
})

function recorded() {
  const told: SourceConflict[] = []
  const onConflict = (conflict: SourceConflict) => {
    told.push(conflict)
  }
  return { conflicts: createConflicts({ onConflict }, SILENT), told }
}
