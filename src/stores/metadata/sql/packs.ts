import type { References } from '../../../ports/metadata/garbage.ts'
import type { NewPack, PackRef } from '../../../ports/metadata/pack-ref.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { scheduleSweep } from './due.ts'
import { nextEpoch } from './epoch.ts'

type PackCommands = Commands<'readReferences' | 'judgePacks' | 'abandonPacks' | 'forgetPacks'>

interface PackRow {
  packKey: string
  packLocator: string | null
}

/** The commands about packs that may be garbage. */
export function packCommands(db: SqlDatabase): PackCommands {
  return {
    readReferences: async (now, documentKey) => ({
      referenceVersion: await readReferenceVersion(db, documentKey),
      now,
      manifestIds: await readManifestIds(db, documentKey),
      sessionPacks: await readSessionPacks(db, documentKey),
      condemned: await readCondemned(db, documentKey),
    }),

    async judgePacks(now, documentKey, referenceVersion, { unnamed, named, delayMs }) {
      if ((await readReferenceVersion(db, documentKey)) !== referenceVersion) return { ok: false }
      await deleteCondemned(db, documentKey, named, { doomed: false })
      const doomed = await doomPacks(db, documentKey, unnamed, now - delayMs)
      return { ok: true, condemned: await condemnPacks(db, documentKey, unnamed, now), doomed }
    },

    async abandonPacks(now, documentKey, packs) {
      await db.run(
        `INSERT INTO condemned (document_key, pack_key, pack_locator, condemned_at, doomed)
         SELECT :documentKey, key, locator, :now, 1
         FROM ${db.dialect.jsonRows('packs', ['key', 'locator'])} AS packs
         WHERE true ON CONFLICT (document_key, pack_key) DO UPDATE SET
           doomed = 1, condemned_epoch = 0`,
        { documentKey, now, packs },
      )
      await scheduleSweep(db, documentKey, now)
    },

    async forgetPacks(_now, documentKey, keys) {
      await noteForgotten(db, documentKey, keys)
      await deleteCondemned(db, documentKey, keys, { doomed: true })
    },
  }
}

/**
 * Whether one of these packs may no longer be named: it is doomed, or it was written so long ago that
 * the store may have forgotten its doom.
 */
export async function anyGone(
  db: SqlDatabase,
  documentKey: string,
  packs: readonly NewPack[],
): Promise<boolean> {
  if (packs.length === 0) return false
  const found = await db.get(
    `SELECT 1 FROM store WHERE forgotten_epoch > :since OR EXISTS (
       SELECT 1 FROM condemned WHERE document_key = :documentKey AND doomed = 1
         AND ${db.dialect.inList('pack_key', 'keys')})`,
    { documentKey, keys: keysOf(packs), since: Math.min(...packs.map(({ since = 0 }) => since)) },
  )
  return found !== undefined
}

/** Notes that the document names these packs from now on, which pardons them. */
export async function namePacks(
  db: SqlDatabase,
  documentKey: string,
  packs: readonly PackRef[],
): Promise<void> {
  await db.run(
    `UPDATE documents SET reference_version = reference_version + 1 WHERE key = :documentKey`,
    { documentKey },
  )
  await deleteCondemned(db, documentKey, keysOf(packs), { doomed: false })
}

/** A pack as the port knows it. */
export function packRef({ packKey, packLocator }: PackRow): PackRef {
  return packLocator === null ? { key: packKey } : { key: packKey, locator: packLocator }
}

const keysOf = (packs: readonly PackRef[]) => packs.map(({ key }) => key)

/** Dooms packs that were condemned until `latest`, and returns those that are doomed now. */
async function doomPacks(
  db: SqlDatabase,
  documentKey: string,
  packs: readonly PackRef[],
  latest: number,
): Promise<PackRef[]> {
  const rows = await db.all<PackRow>(
    `UPDATE condemned SET doomed = 1
     WHERE document_key = :documentKey AND ${db.dialect.inList('pack_key', 'keys')}
       AND (doomed = 1 OR condemned_at <= :latest)
     RETURNING pack_key, pack_locator`,
    { documentKey, keys: keysOf(packs), latest },
  )
  return rows.map(packRef)
}

/** Condemns those packs that are not condemned yet, and returns how many. */
async function condemnPacks(
  db: SqlDatabase,
  documentKey: string,
  packs: readonly PackRef[],
  now: number,
): Promise<number> {
  if (packs.length === 0) return 0
  const epoch = await nextEpoch(db)
  return db.run(
    `INSERT INTO condemned (document_key, pack_key, pack_locator, condemned_at, condemned_epoch)
     SELECT :documentKey, key, locator, :now, :epoch
     FROM ${db.dialect.jsonRows('packs', ['key', 'locator'])} AS packs
     WHERE true ON CONFLICT DO NOTHING`,
    { documentKey, now, packs, epoch },
  )
}

/**
 * Remembers, for all packs that are being forgotten, in which epoch the last of them was condemned.
 * Whoever has read a later epoch before choosing a key has none of these packs.
 */
async function noteForgotten(
  db: SqlDatabase,
  documentKey: string,
  keys: readonly string[],
): Promise<void> {
  const latest = `(SELECT max(condemned_epoch) FROM condemned
    WHERE document_key = :documentKey AND doomed = 1 AND ${db.dialect.inList('pack_key', 'keys')})`
  await db.run(`UPDATE store SET forgotten_epoch = ${latest} WHERE forgotten_epoch < ${latest}`, {
    documentKey,
    keys,
  })
}

async function deleteCondemned(
  db: SqlDatabase,
  documentKey: string,
  keys: readonly string[],
  { doomed }: { doomed: boolean },
): Promise<void> {
  await db.run(
    `DELETE FROM condemned WHERE document_key = :documentKey AND doomed = :doomed
       AND ${db.dialect.inList('pack_key', 'keys')}`,
    { documentKey, doomed: Number(doomed), keys },
  )
}

async function readReferenceVersion(db: SqlDatabase, documentKey: string): Promise<number> {
  const row = await db.get<{ referenceVersion: number }>(
    'SELECT reference_version FROM documents WHERE key = :documentKey',
    { documentKey },
  )
  return row?.referenceVersion ?? 0
}

async function readManifestIds(db: SqlDatabase, documentKey: string): Promise<string[]> {
  const rows = await db.all<{ manifestId: string }>(
    'SELECT manifest_id FROM manifests WHERE document_key = :documentKey',
    { documentKey },
  )
  return rows.map(({ manifestId }) => manifestId)
}

async function readSessionPacks(db: SqlDatabase, documentKey: string): Promise<string[]> {
  const rows = await db.all<{ packKey: string }>(
    `SELECT pack_key FROM sessions JOIN fragments USING (session)
     WHERE document_key = :documentKey AND state = 'open'`,
    { documentKey },
  )
  return rows.map(({ packKey }) => packKey)
}

async function readCondemned(
  db: SqlDatabase,
  documentKey: string,
): Promise<References['condemned']> {
  const rows = await db.all<PackRow & { condemnedAt: number; doomed: number }>(
    `SELECT pack_key, pack_locator, condemned_at, doomed
     FROM condemned WHERE document_key = :documentKey`,
    { documentKey },
  )
  return rows.map((row) => ({
    pack: packRef(row),
    condemnedAt: row.condemnedAt,
    doomed: row.doomed === 1,
  }))
}
