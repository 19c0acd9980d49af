import type { DocumentRecord } from '../../../ports/metadata-store.ts'

/** The columns of a `DocumentRow`, to be selected from `documents`, also where that is joined. */
export const DOCUMENT_COLUMNS = `
  documents.file_id AS fileId, documents.key AS key, documents.name AS name,
  documents.owner_id AS ownerId, documents.manifest_id AS manifestId,
  documents.sequence_number AS sequenceNumber, documents.size AS size,
  documents.modified_at AS modifiedAt, documents.locks AS locks,
  documents.lock_version AS lockVersion, documents.container_id AS containerId,
  documents.source_revision AS sourceRevision,
  documents.source_sequence_number AS sourceSequenceNumber`

export type DocumentRow = Omit<DocumentRecord, 'source'> & {
  sourceRevision: string | null
  /** A number wherever there is a revision. */
  sourceSequenceNumber: number
}

/** A document as the port knows it. */
export function documentRecord(row: DocumentRow): DocumentRecord {
  const { sourceRevision, sourceSequenceNumber, ...document } = row
  const source =
    sourceRevision === null
      ? null
      : { revision: sourceRevision, sequenceNumber: sourceSequenceNumber }
  return { ...document, source }
}
