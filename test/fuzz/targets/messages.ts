import assert from 'node:assert/strict'
import { ACTIVITIES_BODY_MAX_BYTES, parseActivities } from '../../../src/protocol/activities.ts'
import * as messagesModule from '../../../src/protocol/messages.ts'
import { chunkIdOf } from '../../../src/protocol/spooky/spooky.ts'
import {
  encodePutChunkedFileRequest,
  parsePutChunkedFileRequest,
} from '../../../src/protocol/upload-messages.ts'
import { outcomeOf, pureTarget } from '../target.ts'

const { MessageError } = messagesModule
const ID = chunkIdOf(new Uint8Array(3))

/** Pairs of a parser and what writes the same again. */
const PAIRS: readonly [(bytes: Uint8Array) => unknown, (value: never) => Uint8Array][] = [
  [messagesModule.parseGetChunkedFileRequest, messagesModule.encodeGetChunkedFileRequest],
  [messagesModule.parseGetChunkedFileResponse, messagesModule.encodeGetChunkedFileResponse],
  [messagesModule.parseGetChunksRequest, messagesModule.encodeGetChunksRequest],
  [messagesModule.parseGetChunksResponse, messagesModule.encodeGetChunksResponse],
  [parsePutChunkedFileRequest, encodePutChunkedFileRequest],
]

const EXAMPLES = [
  `{"ContentPropertiesToReturn":["a"],"ContentFilters":[{"StreamId":"MainContent","ChunkingScheme":"Zip","ChunksToReturn":"LastZipChunk","AlreadyKnownChunks":["${ID}"]}]}`,
  `{"ContentProperties":[{"Retention":"KeepOnContentChange","Name":"a","Value":"b"}],"Signatures":[{"StreamId":"MainContent","ChunkingScheme":"FullFile","ChunkSignatures":[{"ChunkId":"${ID}","Length":3}]}],"UploadSessionTokenToCommit":null}`,
  `{"ContentFilters":[{"StreamId":"s","ChunkRangesToReturn":[{"ChunkId":"${ID}","Offset":0,"Length":-1}]}]}`,
  `{"ChunkRangeCollection":[{"StreamId":"s","ChunkIds":["${ID}"]}]}`,
  '{"Activities":[{"Type":"comment","Id":"1","Timestamp":"x"}]}',
]

/** Messages: a message is refused in words, or means the same when it is written again. */
export const messages = pureTarget({
  name: 'messages',
  dictionary: ['[', ']', '{', '}', ',', '""', 'null', '-1', '1e400', '"__proto__":', '\\ud800', ID],
  seeds: () => EXAMPLES.map((text) => new TextEncoder().encode(text)),
  run(input) {
    for (const [parse, encode] of PAIRS) {
      const read = outcomeOf(() => parse(input), MessageError)
      if (!('value' in read)) continue
      const written = encode(read.value as never)
      assert.deepEqual(encode(parse(written) as never), written)
    }
    if (input.length <= ACTIVITIES_BODY_MAX_BYTES)
      outcomeOf(() => parseActivities(input), MessageError)
  },
})
