import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { status } from './expectations.ts'
import { chunk, END, message, rawRead, rawSave, saveMessage, signature } from './frames.ts'
import { RELEASE } from './locks.ts'
import {
  MALFORMED_READS,
  MALFORMED_SAVES,
  type MalformedBody,
  NEW,
  UNUSUAL_SAVES,
} from './malformed-bodies.ts'
import { fileIs, streamsAre } from './reads.ts'
import {
  alternate,
  BEGIN_COAUTHORING,
  main,
  NUMBER_UNCHANGED,
  save,
  unlockedWith,
} from './saves.ts'

const ENCODE = 'encode-send-data'
const OLD = 'What the file is'

const UNREADABLE = 'A body whose frames or message cannot be read is answered 400.'
const ANSWERED = clause(ENCODE, 'Every body is answered, even one that the page does not mention.')

const BEGIN = [...BEGIN_COAUTHORING, save({ streams: [main(OLD)] })]

export const FRAMES = defineGroup('Frames', ['Coauth'], {
  ...forEach('Put.', MALFORMED_SAVES, ({ description, body, expected = [400] }) => ({
    description,
    clause: clause('PutChunkedFile', UNREADABLE),
    requests: [...BEGIN, rawSave(body, [status(...expected)]), NUMBER_UNCHANGED, fileIs(OLD)],
    cleanup: RELEASE,
  })),
  ...forEach('Put.', UNUSUAL_SAVES, ({ description, body }) => ({
    description,
    clause: ANSWERED,
    requests: [...BEGIN, rawSave(body, [status(200, 400)])],
    cleanup: RELEASE,
  })),
  ...forEach('GetChunkedFile.', MALFORMED_READS, ({ description, body }) => ({
    description,
    clause: clause('GetChunkedFile', UNREADABLE),
    requests: [rawRead('GetChunkedFile', body, [status(400)])],
    cleanup: [],
  })),
  'GetChunkedFile.NoFilters': readRefused('Leaves out ContentFilters.', {}),
  'GetChunkedFile.NoStreams': readRefused('Asks for no stream.', { ContentFilters: [] }),
  'GetChunkedFile.StreamTwice': readRefused('Asks for one stream twice.', {
    ContentFilters: [filter('MainContent'), filter('MainContent')],
  }),
  'Put.ChunksInAnyOrder': {
    description: 'Sends the chunks of three streams in another order than the message names them.',
    clause: clause(
      'chunk-streams',
      'Chunk frames may come in any order: only signatures order them.',
    ),
    requests: [
      ...BEGIN,
      rawSave(
        {
          frames: [
            saveMessage(signature('first'), signature('second', 'S2'), signature('third', 'S3')),
            chunk('third'),
            chunk('first'),
            chunk('second'),
            END,
          ],
        },
        [status(200)],
      ),
      streamsAre(main('first'), alternate('second', 'S2'), alternate('third', 'S3')),
    ],
    cleanup: RELEASE,
  },
  'Put.ChunkSentOnce': {
    description: 'Sends a chunk once that two streams name.',
    clause: clause('chunk-streams', 'A chunk is sent once, however often signatures name it.'),
    requests: [
      ...BEGIN,
      rawSave(
        {
          frames: [
            saveMessage(signature('shared'), signature('shared', 'S2')),
            chunk('shared'),
            END,
          ],
        },
        [status(200)],
      ),
      streamsAre(main('shared'), alternate('shared', 'S2')),
    ],
    cleanup: RELEASE,
  },
  'Put.NoTokenMember': {
    description: 'Leaves out UploadSessionTokenToCommit.',
    clause: clause('PutChunkedFile', 'A token is given only when a session is to be committed.'),
    requests: [
      ...BEGIN,
      rawSave(
        {
          frames: [
            message({ ContentProperties: [], Signatures: [signature(NEW)] }),
            chunk(NEW),
            END,
          ],
        },
        [status(200)],
      ),
      streamsAre(main(NEW)),
    ],
    cleanup: RELEASE,
  },
})

export const CHUNKS_FRAMES = defineGroup('GetChunksFrames', ['ResumableFileTransfer'], {
  ...forEach('', MALFORMED_READS, ({ description, body }) => ({
    description,
    clause: clause('GetChunks', UNREADABLE),
    requests: [...unlockedWith(OLD), rawRead('GetChunks', body, [status(400)])],
    cleanup: RELEASE,
  })),
})

function forEach(
  prefix: string,
  bodies: Readonly<Record<string, MalformedBody>>,
  draft: (body: MalformedBody) => CaseDraft,
): Record<string, CaseDraft> {
  const drafts = Object.entries(bodies).map(([name, body]) => [`${prefix}${name}`, draft(body)])
  return Object.fromEntries(drafts)
}

function readRefused(description: string, members: { ContentFilters?: object[] }): CaseDraft {
  const json = { ContentPropertiesToReturn: [], ...members } as Parameters<typeof message>[0]
  return {
    description,
    clause: clause(
      'GetChunkedFile',
      'There is at least one content filter, and at most one for each stream; otherwise the answer is 400.',
    ),
    requests: [rawRead('GetChunkedFile', { frames: [message(json), END] }, [status(400)])],
    cleanup: [],
  }
}

function filter(streamId: string) {
  return {
    StreamId: streamId,
    ChunkingScheme: 'FullFile',
    ChunksToReturn: 'All',
    AlreadyKnownChunks: [],
  }
}
