import type { Share } from '../../content/bytes/share.ts'
import { openOnlyMessage, readMessage } from '../../content/saving/message-body.ts'
import { TABLE_BYTES_PER_CHUNK } from '../../content/state/chunk-table.ts'
import {
  findStream,
  liveProperties,
  type Manifest,
  type StreamState,
} from '../../content/state/manifest.ts'
import { type JsonPart, signatureEntries } from '../../protocol/json-text.ts'
import { propertyMessage } from '../../protocol/message-content.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { type PackedQuestion, readQuestion } from '../../protocol/packed-messages.ts'
import { defineOperation } from '../shared/operation.ts'
import { framesReply, openFrames } from './frames-reply.ts'
import { chooseChunks, type Wanted } from './wanted-chunks.ts'

/** GetChunkedFile: signatures of the streams asked for, and the chunks that the client lacks. */
export const getChunkedFile = defineOperation({
  name: 'GetChunkedFile',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getChunkedFile },
  permission: 'read',

  read: ({ body }) => ({ body }),

  async run({ body }, { services, file, now, signal, share }) {
    const question = await readAsked(body, share)
    const { document, manifest } = await services.withSignatures(file, signal, share)
    const found = question.contentFilters.map((filter) => ({
      ...filter,
      stream: findStream(manifest, filter.streamId, now),
    }))
    const chosen = await choose(found, share)
    const json = answerOf(propertiesOf(manifest, question.contentPropertiesToReturn, now), found)
    return openFrames(services, { document, json, ...chosen }, { signal, share })
  },

  reply: framesReply,
})

type Filter = PackedQuestion['contentFilters'][number]

/** Reads the message and keeps only what is asked. */
async function readAsked(body: AsyncIterable<Uint8Array>, share: Share): Promise<PackedQuestion> {
  using message = await openOnlyMessage(body, share)
  return await readMessage(message, readQuestion, share, 'MESSAGE_INVALID')
}

/** Chooses the chunks that go out; the tables for that are let go when it is done. */
async function choose(found: readonly (Filter & Found)[], share: Share) {
  const wanted = found.flatMap(({ stream, ...filter }): Wanted[] =>
    stream ? [{ ...filter, stream }] : [],
  )
  const known = wanted.reduce((sum, one) => sum + one.known.heldBytes, 0)
  const count = wanted.reduce((sum, { stream }) => sum + stream.chunks.length, 0)
  await share.grow(known * 2 + count * TABLE_BYTES_PER_CHUNK)
  try {
    return await share.work(chooseChunks(wanted))
  } finally {
    // Two marks for each chunk stay.
    share.shrink(known * 2 + count * (TABLE_BYTES_PER_CHUNK - 2))
  }
}

interface Found {
  stream: StreamState | undefined
}

function propertiesOf(manifest: Manifest, names: readonly string[], now: number) {
  const wanted = new Set(names)
  return liveProperties(manifest, now).filter(({ name }) => wanted.has(name))
}

/** A stream that does not exist has the scheme Zip and no chunks. */
function answerOf(
  properties: ReturnType<typeof propertiesOf>,
  found: readonly (Pick<Filter, 'streamId'> & Found)[],
): JsonPart[] {
  const told = JSON.stringify(properties.map(propertyMessage))
  const parts: JsonPart[] = [`{"ContentProperties":${told},"Signatures":[`]
  for (const [i, { streamId, stream }] of found.entries()) {
    const names = `"StreamId":${JSON.stringify(streamId)},"ChunkingScheme":"${stream?.scheme ?? 'Zip'}"`
    parts.push(`${i === 0 ? '' : ','}{${names},"ChunkSignatures":[`)
    if (stream) parts.push(signatureEntries(stream.chunks))
    parts.push(']}')
  }
  return [...parts, ']}']
}
