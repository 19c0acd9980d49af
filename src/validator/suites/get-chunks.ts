import { HEADERS, MAIN_CONTENT } from '../../protocol/names.ts'
import {
  BEGIN,
  CHUNK,
  framesOf,
  getChunks,
  getRanges,
  listedStream,
  PAGE,
  RANGES,
  TEXT,
} from './chunk-requests.ts'
import { clause, defineGroup } from './define-group.ts'
import { greaterHeader, hasHeader, status, TOKEN_REFUSALS } from './expectations.ts'
import { idOf } from './frames.ts'
import { lock, RELEASE } from './locks.ts'
import {
  ALTERNATE,
  alternate,
  BEGIN_COAUTHORING,
  main,
  putFile,
  READ_NUMBER,
  save,
} from './saves.ts'

const ID = idOf(TEXT)
const LISTED = clause(
  PAGE,
  'The message lists the chunks that the frames bring; chunks that the file no longer has are left out.',
)
const NO_LOCK = clause('locks-about', 'Locks do not impact requests to read.')

export const GET_CHUNKS = defineGroup('GetChunks', ['ResumableFileTransfer', 'Coauth'], {
  ListsItsChunks: {
    description: 'Gets a chunk and looks at the message.',
    clause: LISTED,
    requests: [
      ...BEGIN,
      getChunks({ MainContent: [{ offset: 0, length: -1 }] }, [
        ...framesOf([{ chunk: CHUNK, offset: 0, length: 19 }], {
          json: [
            { name: 'ChunkRangeCollection', type: 'arrayLength', required: true, expected: 1 },
            listedStream(MAIN_CONTENT),
            {
              name: 'ChunkRangeCollection[0].ChunkIds',
              type: 'arrayLength',
              required: true,
              expected: 1,
            },
            {
              name: 'ChunkRangeCollection[0].ChunkIds[0]',
              type: 'string',
              required: true,
              expected: ID,
            },
          ],
        }),
      ]),
    ],
    cleanup: RELEASE,
  },
  LeavesOutUnknownChunks: {
    description: 'Asks for a chunk of the file and for one that it does not have.',
    clause: LISTED,
    requests: [
      ...BEGIN,
      getRanges(
        [
          { offset: 0, length: -1 },
          { id: idOf('A chunk that no file has'), offset: 0, length: -1 },
        ],
        [{ chunk: CHUNK, offset: 0, length: 19 }],
      ),
    ],
    cleanup: RELEASE,
  },
  NoneOfTheChunksIsThere: {
    description: 'Asks for nothing but a chunk that the file does not have.',
    clause: LISTED,
    requests: [
      ...BEGIN,
      getRanges([{ id: idOf('A chunk that no file has'), offset: 0, length: -1 }], []),
    ],
    cleanup: RELEASE,
  },
  TellsTheNumber: {
    description: 'Compares the headers with GetSequenceNumber and CheckFileInfo.',
    clause: clause(
      PAGE,
      'The answer carries the latest sequence number, and the Version in CheckFileInfo.',
    ),
    requests: [
      ...BEGIN,
      READ_NUMBER,
      {
        operation: 'CheckFileInfo',
        save: [{ name: 'Version', from: { json: 'Version' } }],
      },
      getChunks({ MainContent: [{ offset: 0, length: -1 }] }, [
        status(200),
        hasHeader(HEADERS.sequenceNumber, { state: 'Number' }),
        hasHeader(HEADERS.itemVersion, { state: 'Version' }),
      ]),
    ],
    cleanup: RELEASE,
  },
  TellsThatTheFileHasChanged: {
    description: 'Asks for a chunk that the file had before it was saved again.',
    clause: clause(PAGE, 'A client learns from the sequence number that the file has changed.'),
    requests: [
      ...BEGIN,
      READ_NUMBER,
      lock(),
      putFile('Another content'),
      getChunks({ MainContent: [{ offset: 0, length: -1 }] }, [
        status(200),
        greaterHeader(HEADERS.sequenceNumber, 'Number'),
      ]),
    ],
    cleanup: RELEASE,
  },
  SeveralStreams: {
    description: 'Asks for parts of chunks of two streams.',
    clause: RANGES,
    requests: [
      ...BEGIN,
      ...BEGIN_COAUTHORING,
      save({ streams: [main(TEXT), alternate('In the other stream')] }),
      getChunks(
        {
          MainContent: [{ offset: 0, length: 6 }],
          [ALTERNATE]: [{ id: idOf('In the other stream'), offset: 13, length: -1 }],
        },
        framesOf([
          { chunk: CHUNK, offset: 0, length: 6 },
          { chunk: { text: 'In the other stream' }, offset: 13, length: 6 },
        ]),
      ),
    ],
    cleanup: RELEASE,
  },
  WhileLocked: {
    description: 'Asks while the file has a WOPI lock.',
    clause: NO_LOCK,
    requests: [
      ...BEGIN,
      lock(),
      getRanges([{ offset: 0, length: -1 }], [{ chunk: CHUNK, offset: 0, length: 19 }]),
    ],
    cleanup: RELEASE,
  },
  WhileCoauthored: {
    description: 'Asks while the file is coauthored.',
    clause: NO_LOCK,
    requests: [
      ...BEGIN,
      ...BEGIN_COAUTHORING,
      getRanges([{ offset: 0, length: -1 }], [{ chunk: CHUNK, offset: 0, length: 19 }]),
    ],
    cleanup: RELEASE,
  },
  InvalidToken: {
    description: 'Asks with an access token that is not valid.',
    clause: clause(PAGE, 'An access token that is not valid is answered 401.'),
    requests: [
      {
        ...getChunks({ MainContent: [{ offset: 0, length: -1 }] }, [status(...TOKEN_REFUSALS)]),
        invalidToken: true,
      },
    ],
    cleanup: [],
  },
})
