import type { Share } from '../../content/bytes/share.ts'
import { openOnlyMessage, readMessage } from '../../content/saving/message-body.ts'
import { findStream } from '../../content/state/manifest.ts'
import { idEntries, type JsonPart } from '../../protocol/json-text.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { readRanges } from '../../protocol/packed-messages.ts'
import { defineOperation } from '../shared/operation.ts'
import { framesReply, openFrames } from './frames-reply.ts'
import {
  type AskedRanges,
  type FoundRanges,
  findRanges,
  measureFrames,
  rangeFrames,
} from './wanted-ranges.ts'

/** GetChunks: ranges of chunks, to continue a download. Chunks that are gone are left out. */
export const getChunks = defineOperation({
  name: 'GetChunks',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getChunks },
  permission: 'read',
  continues: true,
  supported: ({ features }) => features.uploadSessions,

  read: ({ body }) => ({ body }),

  async run({ body }, { services, file, now, signal, share }) {
    const filters = await readFilters(body, share)
    const { document, manifest } = await services.withSignatures(file, signal, share)
    const asked = filters.map(({ streamId, ranges }) => ({
      streamId,
      stream: findStream(manifest, streamId, now),
      ranges,
    }))
    const found = await share.work(findRanges(asked))
    const measured = await share.work(measureFrames(found))
    const json = answerOf(asked, found)
    const answer = { document, json, pieces: rangeFrames(found), ...measured }
    return openFrames(services, answer, { signal, share })
  },

  reply: framesReply,
})

/** Reads the message and keeps only the ranges, which count until the answer has been sent. */
async function readFilters(body: AsyncIterable<Uint8Array>, share: Share) {
  using message = await openOnlyMessage(body, share)
  const { contentFilters } = await readMessage(message, readRanges, share, 'MESSAGE_INVALID')
  // What is found of them takes about as much once more.
  await share.grow(contentFilters.reduce((sum, { ranges }) => sum + ranges.heldBytes, 0))
  return contentFilters
}

function answerOf(asked: readonly AskedRanges[], found: readonly FoundRanges[]): JsonPart[] {
  const parts: JsonPart[] = ['{"ChunkRangeCollection":[']
  for (const [i, { streamId, stream }] of asked.entries()) {
    const there = found.find((one) => one.stream === stream)
    parts.push(`${i === 0 ? '' : ','}{"StreamId":${JSON.stringify(streamId)},"ChunkIds":[`)
    if (there) parts.push(idEntries(there.firsts, (index) => there.ranges.idAt(index)))
    parts.push(']}')
  }
  return [...parts, ']}']
}
