import type { DocumentRecord } from '../../../ports/metadata-store.ts'
import type { DocumentRow } from './tables.ts'

/** A document as the port knows it. */
export function documentRecord(row: DocumentRow): DocumentRecord {
  const { manifests: _m, activities: _a, deliveries: _d, referenceVersion: _v, ...fields } = row
  const { place, source, ...record } = fields
  return { ...record, containerId: place?.containerId ?? null, source: source && { ...source } }
}
