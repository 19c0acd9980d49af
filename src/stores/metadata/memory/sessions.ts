import type { FragmentRecord, SessionRecord, SessionUsage } from '../../../ports/metadata-store.ts'
import { type Commands, checkFragmentLength } from '../commands.ts'
import { clearDeadSessions, type DeadSessions } from '../dead-sessions.ts'
import {
  anyDoomed,
  type DocumentRow,
  namePacks,
  putIntoQueue,
  type SessionRow,
  type Tables,
} from './tables.ts'

type SessionCommands = Commands<
  | 'createSession'
  | 'readSession'
  | 'appendFragment'
  | 'extendSession'
  | 'listFragments'
  | 'listSessions'
  | 'cancelSession'
  | 'removeDeadSessions'
>

/** The commands about upload sessions and their fragments. */
export function sessionCommands(tables: Tables): SessionCommands {
  const { sessions } = tables
  const findOpen = (tokenHash: string) => {
    const row = sessions.get(tokenHash)
    return row?.committed ? undefined : row
  }

  return {
    createSession(now, { lifetimeMs, maxSessions, ...session }) {
      if (!tables.documents.has(session.documentKey))
        throw new Error(`There is no document ${session.documentKey}`)
      if (sessions.has(session.tokenHash)) throw new Error('The token of this session exists')
      if (findAll(tables, (row) => row.id === session.id).length > 0)
        throw new Error(`The session ${session.id} exists already`)
      if (countLive(tables, session, now) >= maxSessions) return { ok: false, reason: 'quota' }

      const expiresAt = now + lifetimeMs
      sessions.set(session.tokenHash, {
        ...session,
        createdAt: now,
        expiresAt,
        received: 0,
        fragmentCount: 0,
        checkpoint: undefined,
        committed: undefined,
        fragments: [],
        emptied: false,
      })
      return { ok: true, expiresAt, now }
    },

    readSession(now, tokenHash) {
      const row = sessions.get(tokenHash)
      return row && { session: sessionRecord(row), usage: usageOf(tables, row, now), now }
    },

    appendFragment(now, { tokenHash, offset, length, pack, chunks, checkpoint, lifetimeMs }) {
      checkFragmentLength(length)
      const row = findOpen(tokenHash)
      if (row === undefined) return { ok: false, reason: 'gone' }
      if (row.received !== offset) return { ok: false, reason: 'moved', received: row.received }
      if (anyDoomed(tables, row.documentKey, [pack])) return { ok: false, reason: 'pack-gone' }

      row.fragments.push({ offset, length, pack: { ...pack }, chunks: chunks.slice() })
      row.fragmentCount += 1
      row.received += length
      row.checkpoint = checkpoint.slice()
      row.expiresAt = now + lifetimeMs
      namePacks(tables, tables.documents.get(row.documentKey) as DocumentRow, [pack])
      return { ok: true, received: row.received, expiresAt: row.expiresAt }
    },

    extendSession(now, tokenHash, received, lifetimeMs) {
      const row = findOpen(tokenHash)
      if (row?.received !== received) return { ok: false }
      row.expiresAt = now + lifetimeMs
      return { ok: true, expiresAt: row.expiresAt }
    },

    listFragments(_now, tokenHash) {
      return (sessions.get(tokenHash)?.fragments ?? []).map(copyFragment)
    },

    listSessions(now, { fileId, after = '', limit }) {
      const found = findAll(tables, (row) => {
        return row.id > after && (fileId === undefined || row.fileId === fileId)
      })
      found.sort((a, b) => (a.id < b.id ? -1 : 1))
      return { sessions: found.slice(0, limit).map(sessionRecord), now }
    },

    cancelSession(now, sessionId) {
      const [row] = findAll(tables, ({ id, committed }) => id === sessionId && !committed)
      if (row === undefined) return { ok: false }
      removeSession(tables, row, now)
      return { ok: true }
    },

    removeDeadSessions: (now, { graceMs, limit }) =>
      clearDeadSessions(deadSessions(tables, now, graceMs), limit),
  }
}

function findAll(tables: Tables, matches: (row: SessionRow) => boolean): SessionRow[] {
  return [...tables.sessions.values()].filter(matches)
}

const isLive = (row: SessionRow, now: number) => row.committed === undefined && now < row.expiresAt

function countLive(
  tables: Tables,
  { documentKey, userId }: { documentKey: string; userId: string },
  now: number,
): number {
  return findAll(tables, (row) => {
    return isLive(row, now) && row.documentKey === documentKey && row.userId === userId
  }).length
}

function usageOf(tables: Tables, session: SessionRow, now: number): SessionUsage {
  const live = findAll(tables, (row) => isLive(row, now))
  const sum = (matches: (row: SessionRow) => boolean) => {
    return live.filter(matches).reduce((bytes, row) => bytes + row.received, 0)
  }
  return {
    documentBytes: sum((row) => row.documentKey === session.documentKey),
    userBytes: sum((row) => row.userId === session.userId),
  }
}

function removeSession(tables: Tables, row: SessionRow, now: number): void {
  tables.sessions.delete(row.tokenHash)
  putIntoQueue(tables, row.documentKey, now)
}

function deadSessions(tables: Tables, now: number, graceMs: number): DeadSessions<SessionRow> {
  return {
    expired: () => findAll(tables, ({ expiresAt }) => expiresAt + graceMs <= now),
    committed: () => findAll(tables, (row) => row.committed !== undefined && !row.emptied),
    removeFragments(row, limit) {
      putIntoQueue(tables, row.documentKey, now)
      return row.fragments.splice(0, limit).length
    },
    remove(row) {
      tables.sessions.delete(row.tokenHash)
    },
    hide(row) {
      tables.sessions.delete(row.tokenHash)
      row.tokenHash = `removed ${row.id}`
      tables.sessions.set(row.tokenHash, row)
    },
    markEmptied(row) {
      row.emptied = true
    },
  }
}

function sessionRecord(row: SessionRow): SessionRecord {
  const { fragments: _fragments, emptied: _emptied, ...record } = row
  return {
    ...record,
    checkpoint: row.checkpoint?.slice(),
    committed: row.committed && { ...row.committed },
  }
}

function copyFragment(row: FragmentRecord): FragmentRecord {
  return { ...row, pack: { ...row.pack }, chunks: row.chunks.slice() }
}
