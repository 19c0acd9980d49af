import type { DocumentRecord } from '../../ports/metadata/documents.ts'

/**
 * A file's `Version`, also sent as `X-WOPI-ItemVersion`. It is the sequence number: it changes with
 * every change of the content, and no value ever repeats.
 */
export function versionOf({ sequenceNumber }: Pick<DocumentRecord, 'sequenceNumber'>): string {
  return String(sequenceNumber)
}
