import type { Commands } from '../commands.ts'
import { type CondemnedPack, putIntoQueue, type Tables } from './tables.ts'

type PackCommands = Commands<
  | 'listDue'
  | 'requestSweep'
  | 'finishSweep'
  | 'readReferences'
  | 'condemnPacks'
  | 'pardonPacks'
  | 'doomPacks'
  | 'forgetPacks'
>

/** The commands about packs that may be garbage. */
export function packCommands(tables: Tables): PackCommands {
  const { due } = tables
  const condemnedOf = (documentKey: string) => {
    return tables.condemned.get(documentKey) ?? new Map<string, CondemnedPack>()
  }
  const versionOf = (documentKey: string) => {
    return tables.documents.get(documentKey)?.referenceVersion ?? 0
  }

  return {
    listDue(now, limit) {
      const rows = [...due].map(([documentKey, { dueAt }]) => ({ documentKey, dueAt }))
      const ripe = rows.filter(({ dueAt }) => dueAt <= now)
      return ripe.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit)
    },

    requestSweep(now, documentKey, delayMs) {
      putIntoQueue(tables, documentKey, now + delayMs)
    },

    finishSweep(_now, documentKey, dueAt) {
      const row = due.get(documentKey)
      if (row?.dueAt !== dueAt) return
      if (row.latest > dueAt) row.dueAt = row.latest
      else due.delete(documentKey)
    },

    readReferences(now, documentKey) {
      const open = [...tables.sessions.values()].filter((row) => {
        return row.documentKey === documentKey && row.committed === undefined
      })
      const manifests = tables.documents.get(documentKey)?.manifests ?? []
      return {
        referenceVersion: versionOf(documentKey),
        now,
        manifestIds: manifests.map(({ manifestId }) => manifestId),
        sessionPacks: open.flatMap(({ fragments }) => fragments.map(({ pack }) => pack.key)),
        condemned: [...condemnedOf(documentKey).values()].map((row) => ({
          ...row,
          pack: { ...row.pack },
        })),
      }
    },

    condemnPacks(now, documentKey, referenceVersion, packs) {
      if (versionOf(documentKey) !== referenceVersion) return { ok: false }
      const condemned = condemnedOf(documentKey)
      for (const pack of packs) {
        if (condemned.has(pack.key)) continue
        condemned.set(pack.key, { pack: { ...pack }, condemnedAt: now, doomed: false })
      }
      tables.condemned.set(documentKey, condemned)
      return { ok: true }
    },

    pardonPacks(_now, documentKey, keys) {
      const condemned = condemnedOf(documentKey)
      for (const key of keys) if (condemned.get(key)?.doomed === false) condemned.delete(key)
    },

    doomPacks(now, documentKey, referenceVersion, keys, delayMs) {
      if (versionOf(documentKey) !== referenceVersion) return { ok: false }
      const rows = keys.flatMap((key) => condemnedOf(documentKey).get(key) ?? [])
      for (const row of rows) row.doomed ||= row.condemnedAt + delayMs <= now
      return { ok: true, doomed: rows.filter((row) => row.doomed).map((row) => ({ ...row.pack })) }
    },

    forgetPacks(_now, documentKey, keys) {
      const condemned = condemnedOf(documentKey)
      for (const key of keys) if (condemned.get(key)?.doomed) condemned.delete(key)
    },
  }
}
