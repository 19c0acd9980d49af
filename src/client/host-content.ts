import { MAIN_CONTENT } from '../protocol/names.ts'
import type { StreamSignature } from '../protocol/signature.ts'
import type { CallOptions } from './calls/call-options.ts'
import type { ChunkedDocument } from './chunk-document.ts'
import type { DocumentState } from './replies.ts'
import type { WopiClient } from './wopi-client.ts'

/** What the host has of a document. */
export interface HostContent extends DocumentState {
  main: StreamSignature | undefined
}

/** Asks for the signature alone. */
export async function readHostContent(
  client: WopiClient,
  options: CallOptions,
): Promise<HostContent> {
  const filter = { streamId: MAIN_CONTENT, chunksToReturn: 'None' as const, alreadyKnownChunks: [] }
  const reply = await client.getChunkedFile(
    { contentPropertiesToReturn: [], contentFilters: [filter] },
    { signal: options.signal },
  )
  await reply.close()
  return {
    sequenceNumber: reply.sequenceNumber,
    itemVersion: reply.itemVersion,
    main: reply.message.signatures.find(({ streamId }) => streamId === MAIN_CONTENT),
  }
}

/** Also when the host names the whole by one id that we know: it may not have chunked it. */
export function isSameContent({ main }: HostContent, document: ChunkedDocument): boolean {
  const theirs = main?.chunks ?? []
  const [first] = theirs
  if (theirs.length === 1 && first && first.length === document.size) {
    const wholes = [...document.placed, ...document.alternatives]
    return wholes.some(({ id, length }) => id === first.id && length === document.size)
  }
  return (
    theirs.length === document.chunks.length &&
    document.chunks.every(({ id }, index) => id === theirs[index]?.id)
  )
}
