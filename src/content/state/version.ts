import type { DocumentRecord } from '../../ports/metadata/documents.ts'

/**
 * A file's `Version`, also sent as `X-WOPI-ItemVersion`. It changes with every change of the
 * content and never comes back, which is just what the sequence number does.
 */
export function versionOf({ sequenceNumber }: Pick<DocumentRecord, 'sequenceNumber'>): string {
  return String(sequenceNumber)
}
