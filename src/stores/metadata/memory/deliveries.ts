import type { DeliveryAttempt } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import type { DeliveryRow, DocumentRow, Tables } from './tables.ts'

type DeliveryCommands = Commands<
  'listDeliveries' | 'nextDeliveryAt' | 'settleDelivery' | 'takeDelivery' | 'deferDelivery'
>

/** The commands about saves that an application is still to be told of. */
export function deliveryCommands(tables: Tables): DeliveryCommands {
  return {
    listDeliveries(now, limit) {
      const due = oldestOfEach(tables).filter(({ oldest }) => oldest.dueAt <= now)
      const deliveries = due.slice(0, limit).map(({ document, oldest: { dueAt: _, ...row } }) => ({
        ...row,
        documentKey: document.key,
        fileId: document.fileId,
        baseRevision: document.source?.revision ?? '',
      }))
      return { deliveries, now }
    },

    nextDeliveryAt(now) {
      const [next] = oldestOfEach(tables)
      return next && { at: next.oldest.dueAt, now }
    },

    settleDelivery(now, documentKey, sequenceNumber, revision) {
      const document = tables.documents.get(documentKey)
      if (document?.deliveries[0]?.sequenceNumber !== sequenceNumber) return { ok: false }
      document.deliveries.shift()
      document.source = { revision, sequenceNumber }
      const [next] = document.deliveries
      if (next) next.dueAt = now
      return { ok: true }
    },

    takeDelivery(now, listed, leaseMs) {
      const oldest = oldestAs(tables, listed)
      if (!oldest || oldest.dueAt > now) return { ok: false }
      oldest.dueAt = now + leaseMs
      oldest.attempts += 1
      return { ok: true }
    },

    deferDelivery(now, taken, delayMs) {
      const oldest = oldestAs(tables, taken)
      if (oldest) oldest.dueAt = now + delayMs
      return { ok: oldest !== undefined }
    },
  }
}

/** The oldest save of a document, if it is this one and nobody has taken it since. */
function oldestAs(
  tables: Tables,
  { documentKey, sequenceNumber, attempts }: DeliveryAttempt,
): DeliveryRow | undefined {
  const oldest = tables.documents.get(documentKey)?.deliveries[0]
  return oldest?.sequenceNumber === sequenceNumber && oldest.attempts === attempts
    ? oldest
    : undefined
}

/** The oldest save of each document, the first one due at the start. */
function oldestOfEach(tables: Tables): { document: DocumentRow; oldest: DeliveryRow }[] {
  const found = [...tables.documents.values()].flatMap((document) => {
    const [oldest] = document.deliveries
    return oldest ? [{ document, oldest }] : []
  })
  return found.sort((a, b) => {
    return a.oldest.dueAt - b.oldest.dueAt || (a.document.key < b.document.key ? -1 : 1)
  })
}
