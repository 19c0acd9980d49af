import { HEADERS } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import { clause, defineGroup } from './define-group.ts'
import { hasHeader, status } from './expectations.ts'
import { chunkFrames, END, idOf, message, rawRead } from './frames.ts'
import { RELEASE } from './locks.ts'
import { fileIs } from './reads.ts'
import { BEGIN_COAUTHORING, main, NUMBER_UNCHANGED, save, saveRefused, unsent } from './saves.ts'
import { append, appendRaw, createSession, endSession, SESSION } from './sessions.ts'

const SECRET = 'What only the other file holds'
const FRAME = chunkFrames(SECRET)
const OTHER = { state: 'OtherFile' }

/** Another file beside the document, which the case deletes again. */
const CREATE_OTHER: Request = {
  operation: 'PutRelativeFile',
  name: 'wopikit-validator.wopitest',
  mode: 'Suggested',
  content: { text: SECRET },
  save: [{ name: 'OtherFile', from: { json: 'Url' } }],
}
const DELETE_OTHER: Request = { operation: 'DeleteFile', url: OTHER }

const BOUND = clause(
  'CreateUploadSession',
  'A session belongs to the file that it was opened for; for other files its token is unknown.',
)
const OWN_CHUNKS = clause(
  'chunk-streams',
  'ChunkIds name chunks of one file: they give no access to the bytes of another file.',
)

const BEGIN: readonly Step[] = [
  CREATE_OTHER,
  ...BEGIN_COAUTHORING,
  save({ streams: [main('What the document holds')] }),
]

export const OTHER_FILES = defineGroup(
  'OtherFiles',
  ['ResumableFileTransfer', 'Coauth', 'UpdateAndLocks', 'OtherFiles'],
  {
    UpdateSessionOfAnotherFile: {
      description: 'Sends a part to a session of the document under the address of another file.',
      clause: BOUND,
      requests: [
        ...BEGIN,
        createSession(),
        { ...appendRaw(FRAME, { validators: [status(410)] }), url: OTHER },
        append(0, FRAME),
      ],
      cleanup: [DELETE_OTHER, ...endSession()],
    },
    CommitSessionOfAnotherFile: {
      description: 'Commits a session of another file to the document.',
      clause: BOUND,
      requests: [
        ...BEGIN,
        { ...createSession(), url: OTHER },
        { ...append(0, FRAME), url: OTHER },
        saveRefused([400, 410], { session: SESSION, streams: [unsent(main(SECRET))] }),
        NUMBER_UNCHANGED,
        fileIs('What the document holds'),
      ],
      cleanup: [DELETE_OTHER, ...RELEASE],
    },
    SaveChunkOfAnotherFile: {
      description: 'Saves a chunk that only another file has.',
      clause: OWN_CHUNKS,
      requests: [
        ...BEGIN,
        saveRefused([400], { streams: [unsent(main(SECRET))] }),
        NUMBER_UNCHANGED,
        fileIs('What the document holds'),
      ],
      cleanup: [DELETE_OTHER, ...RELEASE],
    },
    ReadChunkOfAnotherFile: {
      description: 'Asks for a chunk that only another file has.',
      clause: OWN_CHUNKS,
      requests: [
        ...BEGIN,
        rawRead(
          'GetChunks',
          {
            frames: [
              message({
                ContentFilters: [
                  {
                    StreamId: 'MainContent',
                    ChunkingScheme: 'FullFile',
                    ChunkRangesToReturn: [{ ChunkId: idOf(SECRET), Offset: 0, Length: -1 }],
                  },
                ],
              }),
              END,
            ],
          },
          [status(200), hasHeader(HEADERS.sequenceNumber), { check: 'frames', expectedBlobs: 0 }],
        ),
      ],
      cleanup: [DELETE_OTHER, ...RELEASE],
    },
  },
)
