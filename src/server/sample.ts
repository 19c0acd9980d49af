import type { Admin } from '../host/admin.ts'
import { DocumentExistsError } from '../host/admin.ts'
import { sampleDocument } from './sample-document.ts'

/** The fileId of the sample document. */
export const SAMPLE_FILE_ID = 'welcome'
/** Owner of documents that were added without an owner. */
export const DEFAULT_OWNER = 'owner'

/**
 * Adds the sample document to a store that has no document yet.
 *
 * @returns the fileId of a document to try: the sample, or another one if the sample is gone
 */
export async function ensureSample(admin: Admin): Promise<string> {
  const present = (await admin.find(SAMPLE_FILE_ID)) ?? (await admin.findAny())
  if (present) return present.fileId
  const { name, content } = sampleDocument()
  try {
    const added = await admin.add({
      fileId: SAMPLE_FILE_ID,
      name,
      ownerId: DEFAULT_OWNER,
      content: () => once(content),
    })
    return added.fileId
  } catch (error) {
    // Another process started on the same folder at the same time.
    if (error instanceof DocumentExistsError) return SAMPLE_FILE_ID
    throw error
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
