import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import type { MetadataStore } from '../../../ports/metadata-store.ts'
import { bytes, namesIn } from '../../../testing/metadata/context.ts'
import { createSqliteMetadataStore } from '../sqlite.ts'
import { APPLICATION_ID } from './migrations.ts'

const directory = await mkdtemp(join(tmpdir(), 'wopikit-migrations-'))
after(() => rm(directory, { recursive: true, force: true }))
let files = 0

/** The schema of version 1, as it was released. */
const VERSION_1 = `
  CREATE TABLE documents (
    file_id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    manifest_id TEXT NOT NULL,
    sequence_number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    lock_version INTEGER NOT NULL DEFAULT 0,
    reference_version INTEGER NOT NULL DEFAULT 1,
    locks TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE manifests (
    document_key TEXT NOT NULL REFERENCES documents (key),
    manifest_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    manifest BLOB NOT NULL,
    PRIMARY KEY (document_key, manifest_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    session INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    file_id TEXT NOT NULL,
    document_key TEXT NOT NULL REFERENCES documents (key),
    user_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'committed', 'emptied')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    fragment_count INTEGER NOT NULL DEFAULT 0,
    base_sequence_number INTEGER,
    sequence_number INTEGER,
    manifest_id TEXT,
    digest TEXT,
    checkpoint BLOB
  ) STRICT;
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);
  CREATE INDEX sessions_by_file ON sessions (file_id, id);
  CREATE INDEX open_sessions_by_document ON sessions (document_key) WHERE state = 'open';
  CREATE INDEX open_sessions_by_user ON sessions (user_id) WHERE state = 'open';
  CREATE INDEX committed_sessions ON sessions (session) WHERE state = 'committed';

  CREATE TABLE fragments (
    session INTEGER NOT NULL REFERENCES sessions (session) ON DELETE CASCADE,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    pack_key TEXT NOT NULL,
    pack_locator TEXT,
    chunks BLOB NOT NULL,
    PRIMARY KEY (session, offset)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE condemned (
    document_key TEXT NOT NULL,
    pack_key TEXT NOT NULL,
    pack_locator TEXT,
    condemned_at INTEGER NOT NULL,
    doomed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (document_key, pack_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE due (
    document_key TEXT PRIMARY KEY,
    due_at INTEGER NOT NULL,
    latest_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX due_by_time ON due (due_at);

  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    secret BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  PRAGMA user_version = 1;
  PRAGMA application_id = ${APPLICATION_ID};
`

const ROOT = { containerId: 'unused', name: 'Unused', ownerId: 'nobody' }

/** A database as version 1 has left it, with documents of these names in the order of their ids. */
function writeVersion1(...names: string[]): string {
  files += 1
  const path = join(directory, `${files}.db`)
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec(VERSION_1)
  const insertDocument = db.prepare(
    `INSERT INTO documents VALUES (?, ?, ?, 'owner', 'm1', 7, 10, 1000, 3, 2, 'locks')`,
  )
  const insertManifest = db.prepare(
    `INSERT INTO manifests VALUES (?, 'm1', 2, 7, 10, 'alice', 1000, x'0102')`,
  )
  names.forEach((name, index) => {
    insertDocument.run(`File_${index}`, `d${index}`, name)
    insertManifest.run(`d${index}`)
  })
  db.close()
  return path
}

function openSession(path: string): void {
  const db = new DatabaseSync(path)
  db.exec(`
    INSERT INTO sessions (session, token_hash, id, file_id, document_key, user_id, created_at,
      expires_at, received, fragment_count, checkpoint)
    VALUES (1, 'hash-1', 's1', 'File_0', 'd0', 'alice', 1000, 9000, 100, 1, x'09');
    INSERT INTO fragments VALUES (1, 0, 100, 'd0/f1', NULL, x'07');
    INSERT INTO condemned VALUES ('d0', 'd0/x', NULL, 1000, 0);
    INSERT INTO due VALUES ('d0', 2000, 2000);
    INSERT INTO secrets VALUES ('token-key', x'2a')`)
  db.close()
}

async function withStore(path: string, body: (store: MetadataStore) => Promise<void>) {
  const store = createSqliteMetadataStore({ path, now: () => 5000 })
  try {
    await body(store)
  } finally {
    await store.close()
  }
}

test('a database of version 1 keeps all that was in it', async () => {
  const path = writeVersion1('Report.docx')
  openSession(path)

  await withStore(path, async (store) => {
    const root = await store.ensureRootContainer(ROOT)
    assert.deepEqual((await store.readDocument('File_0'))?.document, {
      fileId: 'File_0',
      key: 'd0',
      name: 'Report.docx',
      ownerId: 'owner',
      manifestId: 'm1',
      sequenceNumber: 7,
      size: 10,
      modifiedAt: 1000,
      locks: 'locks',
      lockVersion: 3,
      containerId: root.containerId,
      source: null,
    })
    assert.deepEqual(await store.readManifest('d0', 'm1'), bytes(1, 2))
    const session = await store.readSession('hash-1')
    assert.deepEqual([session?.session.received, session?.usage.documentBytes], [100, 100])
    assert.deepEqual(await store.readReferences('d0'), {
      referenceVersion: 2,
      now: 5000,
      manifestIds: ['m1'],
      sessionPacks: ['d0/f1'],
      condemned: [{ pack: { key: 'd0/x' }, condemnedAt: 1000, doomed: false }],
    })
    const { identity, ...epoch } = await store.readEpoch()
    assert.match(identity, /^[0-9a-f]{32}$/)
    assert.deepEqual(epoch, { epoch: 0, hasDocuments: true })
    assert.deepEqual(await store.listDue(10), [{ documentKey: 'd0', dueAt: 2000 }])
    assert.deepEqual(await store.ensureSecret('token-key', bytes(1)), bytes(42))
    const expected = { manifestId: 'm1', lockVersion: 3 }
    assert.deepEqual(await store.deleteDocument('d0', expected), { ok: true })
  })
})

test('documents of version 1 are put into a root container', async () => {
  const path = writeVersion1('Übersicht.docx', 'a.xlsx')

  await withStore(path, async (store) => {
    const root = await store.ensureRootContainer(ROOT)

    const { containerId } = root
    assert.match(containerId, /^[0-9a-f]{32}$/)
    assert.deepEqual(root, { containerId, name: 'Documents', ownerId: 'system', parentId: null })
    assert.deepEqual(await namesIn(store, containerId), ['a.xlsx', 'übersicht.docx'])
    const found = await store.findChild(containerId, 'übersicht.docx')
    assert.equal(found?.kind === 'document' && found.document.fileId, 'File_0')
  })
})

test('documents of version 1 with the same name keep it, under a key of their own', async () => {
  const path = writeVersion1('Report.docx', 'REPORT.docx', 'report.docx', 'report.docx/File_1')

  await withStore(path, async (store) => {
    const { containerId } = await store.ensureRootContainer(ROOT)

    const children = await store.listChildren(containerId, { limit: 10 })
    assert.deepEqual(
      children.map((child) => [child.nameKey, child.kind === 'document' && child.document.name]),
      [
        ['report.docx', 'Report.docx'],
        ['report.docx/File_1', 'REPORT.docx'],
        ['report.docx/File_2', 'report.docx'],
        ['report.docx/file_1/File_3', 'report.docx/File_1'],
      ],
    )
    const place = { containerId, nameKey: 'summary.docx' }
    assert.deepEqual(await store.placeDocument('d1', 3, { name: 'Summary.docx', place }), {
      ok: true,
    })
  })
})

test('a database of version 1 without documents gets no container', async () => {
  const path = writeVersion1()

  await withStore(path, async (store) => {
    assert.deepEqual(await store.ensureRootContainer(ROOT), { ...ROOT, parentId: null })
  })
})

test('several stores that open a database of version 1 at once migrate it once', async () => {
  const path = writeVersion1('Report.docx')
  const stores = Array.from({ length: 5 }, () => createSqliteMetadataStore({ path }))

  const roots = await Promise.all(stores.map((store) => store.ensureRootContainer(ROOT)))

  assert.equal(new Set(roots.map(({ containerId }) => containerId)).size, 1)
  await Promise.all(stores.map((store) => store.close()))
})
