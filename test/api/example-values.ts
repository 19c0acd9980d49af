/** What the examples of the API reference take for granted, beside their own imports. */
import strict from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openClientHost } from '../helpers/client-host.ts'
import { officeDiscovery } from '../helpers/discovery.ts'
import { docxOf } from '../helpers/office-documents.ts'
import { createSigningKey } from '../helpers/proof-keys.ts'

export const assert: typeof strict = strict

const host = await openClientHost()
const key = await createSigningKey()

/** An empty folder. */
export const folder: string = await mkdtemp(join(tmpdir(), 'wopikit-examples-'))
/** A Word document. */
export const docx: Uint8Array = docxOf(['An example'])
/** A document at a host that runs, and a token that may write it. */
export const wopiSrc: string = await host.add(docx)
export const accessToken: string = 'write'
/** The discovery of a client that signs its requests. */
export const discoveryXml: string = officeDiscovery(key.attributes)

/** Ends what the values need. */
export async function closeValues(): Promise<void> {
  await host.close()
  await rm(folder, { recursive: true })
}
