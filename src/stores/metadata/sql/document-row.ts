import type { DocumentRecord, DocumentStateRecord } from '../../../ports/metadata/documents.ts'

/** The columns of a `DocumentStateRow`. */
export const STATE_COLUMNS = `
  documents.file_id, documents.sequence_number, documents.size, documents.modified_at,
  documents.source_revision, documents.source_sequence_number`

/** The columns of a `DocumentRow`, for every SELECT that reads or joins `documents`. */
export const DOCUMENT_COLUMNS = `${STATE_COLUMNS},
  documents.key, documents.name, documents.owner_id, documents.manifest_id, documents.locks,
  documents.lock_version, documents.container_id`

interface SourceColumns {
  sourceRevision: string | null
  /** A number wherever there is a revision. */
  sourceSequenceNumber: number
}

export type DocumentRow = Omit<DocumentRecord, 'source'> & SourceColumns
export type DocumentStateRow = Omit<DocumentStateRecord, 'source'> & SourceColumns

/** A document as the port knows it. */
export function documentRecord(row: DocumentRow): DocumentRecord {
  return withSource(row)
}

/** The state of a document as the port knows it. */
export function stateRecord(row: DocumentStateRow): DocumentStateRecord {
  return withSource(row)
}

function withSource<Row extends SourceColumns>(row: Row) {
  const { sourceRevision, sourceSequenceNumber, ...document } = row
  const source =
    sourceRevision === null
      ? null
      : { revision: sourceRevision, sequenceNumber: sourceSequenceNumber }
  return { ...document, source }
}
