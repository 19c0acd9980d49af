import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import { clause, defineGroup } from './define-group.ts'
import { staleNumber, status, TOKEN_REFUSALS } from './expectations.ts'
import { chunk, END, rawSave, saveMessage, signature } from './frames.ts'
import { COAUTH, LOCK, lock, RELEASE, releaseCoauth, takeExclusive, unlock } from './locks.ts'
import { fileIs, readChunked, streamsAre } from './reads.ts'
import {
  alternate,
  main,
  NUMBER_UNCHANGED,
  OTHER_NUMBER,
  putFile,
  READ_NUMBER,
  save,
  saveRefused,
  unlockedWith,
  unsent,
} from './saves.ts'
import { BEGIN, BOTH, STREAM_LIMITS } from './stream-limits.ts'

const MODEL = 'file-content-data-model'
const PUT = 'PutChunkedFile'
const GET = 'GetChunkedFile'

const FORWARD = clause(PUT, 'Streams that a request does not name carry over into the new state.')
const TOGETHER = clause(MODEL, 'A refused request changes no part of the content.')

export const CONTENT_STREAMS = defineGroup('ContentStreams', ['Coauth', 'UpdateAndLocks'], {
  Saved: {
    description: 'Saves the file and a stream beside it.',
    clause: clause(MODEL, 'A file may have streams beside its main content.'),
    requests: [...BEGIN, streamsAre(...BOTH), fileIs('In the file')],
    cleanup: RELEASE,
  },
  MainContentOnly: {
    description: 'Saves the main content, which leaves the other stream as it was.',
    clause: FORWARD,
    requests: [
      ...BEGIN,
      save({ streams: [main('Saved again')] }),
      streamsAre(main('Saved again'), alternate('Beside the file')),
    ],
    cleanup: RELEASE,
  },
  AlternateOnly: {
    description: 'Saves only the other stream, which one page forbids and another explains.',
    clause: FORWARD,
    requests: [
      ...BEGIN,
      saveRefused([200, 400], { streams: [alternate('Saved again')] }),
      streamsAre(main('In the file')),
      fileIs('In the file'),
    ],
    cleanup: RELEASE,
  },
  AnotherAlternate: {
    description: 'Saves a second stream beside the file.',
    clause: FORWARD,
    requests: [
      ...BEGIN,
      save({ streams: [main('In the file'), alternate('The other one', 'Alternate2')] }),
      streamsAre(...BOTH, alternate('The other one', 'Alternate2')),
    ],
    cleanup: RELEASE,
  },
  Replaced: {
    description: 'Saves the other stream again.',
    clause: clause(PUT, 'A stream that is named becomes what its signature says.'),
    requests: [
      ...BEGIN,
      save({ streams: [main('In the file'), alternate('Saved again')] }),
      streamsAre(main('In the file'), alternate('Saved again')),
    ],
    cleanup: RELEASE,
  },
  Deleted: {
    description: 'Names the other stream with no chunks.',
    clause: clause(
      PUT,
      'Any stream other than the main one is deleted when its signature has no chunks.',
    ),
    requests: [
      ...BEGIN,
      save({ streams: [main('In the file'), alternate('')] }),
      streamsAre(main('In the file'), alternate('')),
    ],
    cleanup: RELEASE,
  },
  NeverThere: {
    description: 'Asks for a stream that the file never had.',
    clause: clause(
      GET,
      'A stream that does not exist has a signature without chunks, with the scheme Zip.',
    ),
    requests: [...BEGIN, streamsAre(main('In the file'), alternate('', 'WopikitNever'))],
    cleanup: RELEASE,
  },
  ClearedByPutFile: {
    description: 'Updates the file by PutFile.',
    clause: clause(MODEL, 'Other streams are cleared when the file changes by other means.'),
    requests: [
      ...BEGIN,
      releaseCoauth(),
      lock(),
      putFile('Updated'),
      unlock(),
      streamsAre(main('Updated'), alternate('')),
    ],
    cleanup: RELEASE,
  },
  OnlyThoseAskedFor: {
    description: 'Asks for one of two streams.',
    clause: clause(GET, 'Only streams that are asked for are returned.'),
    requests: [
      ...BEGIN,
      readChunked({
        expect: {
          expectedBlobs: 1,
          json: [
            { name: 'Signatures', type: 'arrayLength', required: true, expected: 1 },
            {
              name: 'Signatures[0].StreamId',
              type: 'string',
              required: true,
              expected: MAIN_CONTENT,
            },
          ],
        },
      }),
    ],
    cleanup: RELEASE,
  },
  ChunkOfAnotherStream: {
    description: 'Makes a stream of a chunk that another stream of the file has.',
    clause: clause(PUT, 'Chunks that the host already has need not be sent.'),
    requests: [
      ...BEGIN,
      save({ streams: [main('In the file'), unsent(alternate('In the file'))] }),
      streamsAre(main('In the file'), alternate('In the file')),
    ],
    cleanup: RELEASE,
  },
  MissingChunk: {
    description: 'Names a chunk that neither the request nor the file has.',
    clause: clause(PUT, 'A chunk that neither side has is answered 400.'),
    requests: [
      ...BEGIN,
      saveRefused([400], { streams: [main('Sent'), unsent(alternate('Not sent'))] }),
      NUMBER_UNCHANGED,
      streamsAre(...BOTH),
    ],
    cleanup: RELEASE,
  },
  NothingAtAnotherNumber: {
    description: 'Saves two streams at a number that is not the current one.',
    clause: TOGETHER,
    requests: [
      ...BEGIN,
      saveRefused(staleNumber(), {
        streams: [main('Refused'), alternate('Refused')],
        sequenceNumber: OTHER_NUMBER,
      }),
      NUMBER_UNCHANGED,
      streamsAre(...BOTH),
    ],
    cleanup: RELEASE,
  },
  UnderAWopiLock: {
    description: 'Saves two streams under a WOPI lock.',
    clause: clause(PUT, 'The WOPI lock that is held allows saving.'),
    requests: [
      ...unlockedWith('Before'),
      lock(),
      READ_NUMBER,
      save({ lock: LOCK, streams: BOTH }),
      streamsAre(...BOTH),
    ],
    cleanup: RELEASE,
  },
  UnderAnExclusiveLock: {
    description: 'Saves two streams under the exclusive lock.',
    clause: clause(PUT, 'The exclusive coauthoring lock allows saving.'),
    requests: [
      ...unlockedWith('Before'),
      takeExclusive(),
      READ_NUMBER,
      save({ coauthLockId: COAUTH, streams: BOTH }),
      streamsAre(...BOTH),
    ],
    cleanup: RELEASE,
  },
  IntoAnEmptyFile: {
    description: 'Saves into an empty file that is not locked.',
    clause: clause(PUT, 'A file of no bytes that is not locked may be saved without a lock.'),
    requests: [
      ...unlockedWith(''),
      READ_NUMBER,
      save({ lock: '', coauthLockId: '', streams: [main('Created')] }),
      streamsAre(main('Created')),
    ],
    cleanup: RELEASE,
  },
  NoBytes: {
    description: 'Reads a file of no bytes.',
    clause: clause(GET, 'An empty main content has one chunk, of length 0.'),
    requests: [
      ...unlockedWith(''),
      readChunked({
        expect: {
          json: [
            {
              name: 'Signatures[0].ChunkSignatures',
              type: 'arrayLength',
              required: true,
              expected: 1,
            },
            {
              name: 'Signatures[0].ChunkSignatures[0].ChunkId',
              type: 'string',
              required: true,
              expected: EMPTY_CHUNK_ID,
            },
            {
              name: 'Signatures[0].ChunkSignatures[0].Length',
              type: 'integer',
              required: true,
              expected: 0,
            },
          ],
        },
      }),
    ],
    cleanup: RELEASE,
  },
  SavedAsNoBytes: {
    description: 'Saves the file as one chunk of no bytes.',
    clause: clause(GET, 'An empty main content has one chunk, of length 0.'),
    requests: [
      ...BEGIN,
      rawSave({ frames: [saveMessage(signature('')), chunk(''), END] }, [status(200)]),
      fileIs(''),
    ],
    cleanup: RELEASE,
  },
  ReadWhileLocked: {
    description: 'Reads while the file has a WOPI lock.',
    clause: clause('locks-about', 'Locks do not impact requests to read.'),
    requests: [...unlockedWith('Read me'), lock(), streamsAre(main('Read me'))],
    cleanup: RELEASE,
  },
  SizeOfTheMainContent: {
    description: 'Compares Size with a main content of 11 bytes.',
    clause: clause(
      'CheckFileInfo',
      'Size is that of the file, in bytes; other streams do not count.',
    ),
    requests: [
      ...BEGIN,
      {
        operation: 'CheckFileInfo',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [{ name: 'Size', type: 'long', required: true, expected: 11 }],
          },
        ],
      },
    ],
    cleanup: RELEASE,
  },
  ReadWithInvalidToken: {
    description: 'Reads with an access token that is not valid.',
    clause: clause(GET, 'An access token that is not valid is answered 401.'),
    requests: [{ ...readChunked({}), invalidToken: true, validators: [status(...TOKEN_REFUSALS)] }],
    cleanup: [],
  },
  SaveWithInvalidToken: {
    description: 'Saves with an access token that is not valid.',
    clause: clause(PUT, 'An access token that is not valid is answered 401.'),
    requests: [
      ...BEGIN,
      { ...saveRefused(TOKEN_REFUSALS, { streams: [main('Refused')] }), invalidToken: true },
      NUMBER_UNCHANGED,
    ],
    cleanup: RELEASE,
  },
  ...STREAM_LIMITS,
})
