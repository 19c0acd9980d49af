import { type NewContent, storeDocument } from '../../src/content/saving/add-document.ts'

/** Adds a document outside of the tree, and returns its fileId. */
export async function addDocument(
  services: Parameters<typeof storeDocument>[0],
  document: NewContent,
): Promise<string> {
  const stored = await storeDocument(services, document)
  if (stored.ok) return stored.fileId
  throw new Error(`A document outside of the tree was refused: ${stored.reason}`)
}
