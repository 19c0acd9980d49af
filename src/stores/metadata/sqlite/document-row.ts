import type { DocumentRecord, DocumentStateRecord } from '../../../ports/metadata-store.ts'

/** The columns of a `DocumentStateRow`. */
export const STATE_COLUMNS = `
  documents.file_id AS fileId, documents.sequence_number AS sequenceNumber,
  documents.size AS size, documents.modified_at AS modifiedAt,
  documents.source_revision AS sourceRevision,
  documents.source_sequence_number AS sourceSequenceNumber`

/** The columns of a `DocumentRow`, to be selected from `documents`, also where that is joined. */
export const DOCUMENT_COLUMNS = `${STATE_COLUMNS},
  documents.key AS key, documents.name AS name, documents.owner_id AS ownerId,
  documents.manifest_id AS manifestId, documents.locks AS locks,
  documents.lock_version AS lockVersion, documents.container_id AS containerId`

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
