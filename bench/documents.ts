import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addDocument, type Ticket } from '../test/helpers/wopikit-process.ts'

/** Adds empty documents, which take their first content without a lock. */
export async function addEmptyDocuments(dataDir: string, count: number): Promise<Ticket[]> {
  await mkdir(dataDir, { recursive: true })
  const file = join(dataDir, '..', 'empty.bin')
  await writeFile(file, '')
  const tickets: Ticket[] = []
  for (let index = 0; index < count; index += 1)
    tickets.push(await addDocument({ file, dataDir, userId: 'bench' }))
  return tickets
}

/** Adds one empty document. */
export async function addEmptyDocument(dataDir: string): Promise<Ticket> {
  const [ticket] = await addEmptyDocuments(dataDir, 1)
  if (!ticket) throw new Error('no document was added')
  return ticket
}
