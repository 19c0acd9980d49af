import type { PackRef } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'

type PackCommands = Commands<
  'listDue' | 'requestSweep' | 'finishSweep' | 'readReferences' | 'judgePacks' | 'forgetPacks'
>

interface PackRow {
  key: string
  locator: string | null
}

/** The commands about packs that may be garbage. */
export function packCommands(db: Database): PackCommands {
  return {
    listDue: (now, limit) =>
      db.all(
        `SELECT document_key AS documentKey, due_at AS dueAt FROM due
         WHERE due_at <= :now ORDER BY due_at LIMIT :limit`,
        { now, limit },
      ),

    requestSweep: (now, documentKey, delayMs) => putIntoQueue(db, documentKey, now + delayMs),

    finishSweep(_now, documentKey, dueAt) {
      const row = { documentKey, dueAt }
      db.run(
        `DELETE FROM due
         WHERE document_key = :documentKey AND due_at = :dueAt AND latest_at <= :dueAt`,
        row,
      )
      db.run(
        `UPDATE due SET due_at = latest_at WHERE document_key = :documentKey AND due_at = :dueAt`,
        row,
      )
    },

    readReferences: (now, documentKey) => ({
      referenceVersion: readReferenceVersion(db, documentKey),
      now,
      manifestIds: readManifestIds(db, documentKey),
      sessionPacks: readSessionPacks(db, documentKey),
      condemned: readCondemned(db, documentKey),
    }),

    judgePacks(now, documentKey, referenceVersion, { unnamed, named, delayMs }) {
      if (readReferenceVersion(db, documentKey) !== referenceVersion) return { ok: false }
      deleteCondemned(db, documentKey, named, { doomed: false })
      const doomed = doomPacks(db, documentKey, unnamed, now - delayMs)
      return { ok: true, condemned: condemnPacks(db, documentKey, unnamed, now), doomed }
    },

    forgetPacks(_now, documentKey, keys) {
      deleteCondemned(db, documentKey, keys, { doomed: true })
    },
  }
}

/** Dooms packs that were condemned until `latest`, and returns those that are doomed now. */
function doomPacks(
  db: Database,
  documentKey: string,
  packs: readonly PackRef[],
  latest: number,
): PackRef[] {
  const rows = db.all<PackRow>(
    `UPDATE condemned SET doomed = 1
     WHERE document_key = :documentKey AND pack_key IN (SELECT value FROM json_each(:keys))
       AND (doomed = 1 OR condemned_at <= :latest)
     RETURNING pack_key AS key, pack_locator AS locator`,
    { documentKey, keys: keysOf(packs), latest },
  )
  return rows.map(packRef)
}

/** Condemns those packs that are not condemned yet, and returns how many. */
function condemnPacks(
  db: Database,
  documentKey: string,
  packs: readonly PackRef[],
  now: number,
): number {
  return db.run(
    `INSERT INTO condemned (document_key, pack_key, pack_locator, condemned_at)
     SELECT :documentKey, value ->> 'key', value ->> 'locator', :now
     FROM json_each(:packs) WHERE true ON CONFLICT DO NOTHING`,
    { documentKey, now, packs: JSON.stringify(packs) },
  )
}

/** Whether one of these packs may no longer be named. */
export function anyDoomed(db: Database, documentKey: string, packs: readonly PackRef[]): boolean {
  const found = db.get(
    `SELECT 1 FROM condemned
     WHERE document_key = :documentKey AND doomed = 1
       AND pack_key IN (SELECT value FROM json_each(:keys)) LIMIT 1`,
    { documentKey, keys: keysOf(packs) },
  )
  return found !== undefined
}

/** Notes that the document names these packs from now on, which pardons them. */
export function namePacks(db: Database, documentKey: string, packs: readonly PackRef[]): void {
  db.run(
    `UPDATE documents SET reference_version = reference_version + 1 WHERE key = :documentKey`,
    { documentKey },
  )
  const keys = packs.map(({ key }) => key)
  deleteCondemned(db, documentKey, keys, { doomed: false })
}

export function putIntoQueue(db: Database, documentKey: string, dueAt: number): void {
  // Somebody may be looking at this document just now and settle its due_at afterwards: a second
  // wish for the very same instant has to be told apart from the first.
  db.run(
    `INSERT INTO due (document_key, due_at, latest_at) VALUES (:documentKey, :dueAt, :dueAt)
     ON CONFLICT (document_key) DO UPDATE SET
       latest_at = max(latest_at, iif(latest_at = :dueAt, :dueAt + 1, :dueAt)),
       due_at = min(due_at, :dueAt)`,
    { documentKey, dueAt },
  )
}

/** A pack as the port knows it. */
export function packRef({ key, locator }: PackRow): PackRef {
  return locator === null ? { key } : { key, locator }
}

const keysOf = (packs: readonly PackRef[]) => JSON.stringify(packs.map(({ key }) => key))

function deleteCondemned(
  db: Database,
  documentKey: string,
  keys: readonly string[],
  { doomed }: { doomed: boolean },
): void {
  db.run(
    `DELETE FROM condemned
     WHERE document_key = :documentKey AND doomed = :doomed
       AND pack_key IN (SELECT value FROM json_each(:keys))`,
    { documentKey, doomed: Number(doomed), keys: JSON.stringify(keys) },
  )
}

function readReferenceVersion(db: Database, documentKey: string): number {
  const row = db.get<{ version: number }>(
    'SELECT reference_version AS version FROM documents WHERE key = :documentKey',
    { documentKey },
  )
  return row?.version ?? 0
}

function readManifestIds(db: Database, documentKey: string): string[] {
  const rows = db.all<{ id: string }>(
    'SELECT manifest_id AS id FROM manifests WHERE document_key = :documentKey',
    { documentKey },
  )
  return rows.map(({ id }) => id)
}

function readSessionPacks(db: Database, documentKey: string): string[] {
  const rows = db.all<{ key: string }>(
    `SELECT pack_key AS key FROM sessions JOIN fragments USING (session)
     WHERE document_key = :documentKey AND state = 'open'`,
    { documentKey },
  )
  return rows.map(({ key }) => key)
}

function readCondemned(db: Database, documentKey: string) {
  const rows = db.all<PackRow & { condemnedAt: number; doomed: number }>(
    `SELECT pack_key AS key, pack_locator AS locator, condemned_at AS condemnedAt, doomed
     FROM condemned WHERE document_key = :documentKey`,
    { documentKey },
  )
  return rows.map((row) => ({
    pack: packRef(row),
    condemnedAt: row.condemnedAt,
    doomed: row.doomed === 1,
  }))
}
