import { MAIN_CONTENT } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { ContentStream } from '../cases/request.ts'
import type { Content } from '../cases/values.ts'
import { clause, defineGroup } from './define-group.ts'
import { status } from './expectations.ts'
import { RELEASE } from './locks.ts'
import { readChunked, streamsAre } from './reads.ts'
import { zipOf } from './sample-zip.ts'
import { BEGIN_COAUTHORING, main, save, unlockedWith, wholeStream } from './saves.ts'

const PUT = 'PutChunkedFile'
const GET = 'GetChunkedFile'

/** Two states of an archive: three of five chunks differ, the directory and one entry's two. */
const ZIP: Content = { bytes: zipOf({ 'document.xml': '<first/>', 'styles.xml': '<same/>' }) }
const NEXT_ZIP: Content = { bytes: zipOf({ 'document.xml': '<next/>', 'styles.xml': '<same/>' }) }
const ZIP_CHUNKS = 5
const ZIP_CHUNKS_CHANGED = 3

const WITH_ZIP: readonly Step[] = [
  ...unlockedWith('Before'),
  ...BEGIN_COAUTHORING,
  save({ streams: [zipMain(ZIP)] }),
]

/** A coauthored file that is no archive. */
const WITHOUT_ZIP: readonly Step[] = [
  ...unlockedWith('Before'),
  ...BEGIN_COAUTHORING,
  save({ streams: [main('No archive')] }),
]

const KNOWN = clause(GET, 'Chunks that the client already has are not sent again.')
const FROM_BYTES = clause(GET, 'The bytes of a stream decide whether it is cut as Zip or FullFile.')

export const ZIP_STREAMS = defineGroup('ZipStreams', ['Coauth', 'UpdateAndLocks'], {
  Saved: {
    description: 'Saves an archive, chunk by chunk.',
    clause: clause(
      PUT,
      'A stream is the concatenation of its chunks in the order of the signature.',
    ),
    requests: [
      ...WITH_ZIP,
      streamsAre(zipMain(ZIP)),
      { operation: 'GetFile', validators: [status(200), { check: 'body', expected: ZIP }] },
    ],
    cleanup: RELEASE,
  },
  SavedAsDelta: {
    description: 'Saves the next state of an archive, sending only chunks that are new.',
    clause: clause(PUT, 'Chunks that the host already has need not be sent.'),
    requests: [
      ...WITH_ZIP,
      save({ streams: [{ ...zipMain(NEXT_ZIP), lastKnown: ZIP }] }),
      streamsAre(zipMain(NEXT_ZIP)),
    ],
    cleanup: RELEASE,
  },
  KnownChunks: {
    description: 'Reads an archive with all its chunks known.',
    clause: KNOWN,
    requests: [
      ...WITH_ZIP,
      readChunked({
        streams: [zipMain(ZIP)],
        filter: { existing: ZIP },
        expect: { expectedBlobs: 0 },
      }),
    ],
    cleanup: RELEASE,
  },
  SomeChunksKnown: {
    description: 'Reads the next state of an archive with the chunks of the first one known.',
    clause: KNOWN,
    requests: [
      ...WITH_ZIP,
      save({ streams: [zipMain(NEXT_ZIP)] }),
      readChunked({
        streams: [zipMain(NEXT_ZIP)],
        filter: { existing: ZIP },
        expect: {
          expectedBlobs: ZIP_CHUNKS_CHANGED,
          streams: [
            {
              streamId: MAIN_CONTENT,
              expectedScheme: 'Zip',
              content: { existing: ZIP, expected: NEXT_ZIP },
            },
          ],
        },
      }),
    ],
    cleanup: RELEASE,
  },
  NoChunksAskedFor: {
    description: 'Reads the signature only.',
    clause: clause(GET, 'The message has the whole signature, whatever chunks are asked for.'),
    requests: [
      ...WITH_ZIP,
      readChunked({
        streams: [zipMain(ZIP)],
        filter: { chunksToReturn: 'None' },
        expect: {
          expectedBlobs: 0,
          json: [
            {
              name: 'Signatures[0].ChunkSignatures',
              type: 'arrayLength',
              required: true,
              expected: ZIP_CHUNKS,
            },
          ],
        },
      }),
    ],
    cleanup: RELEASE,
  },
  LastChunkAskedFor: {
    description: 'Reads the directory of an archive only.',
    clause: clause(GET, 'LastZipChunk is the last chunk of an archive.'),
    requests: [
      ...WITH_ZIP,
      readChunked({
        streams: [zipMain(ZIP)],
        filter: { chunksToReturn: 'LastZipChunk' },
        expect: { expectedBlobs: 1 },
      }),
    ],
    cleanup: RELEASE,
  },
  LastChunkOfNoZip: {
    description: 'Asks for the last chunk of a file that is not an archive.',
    clause: clause(GET, 'LastZipChunk means None where there is no archive.'),
    requests: [
      ...WITHOUT_ZIP,
      readChunked({ filter: { chunksToReturn: 'LastZipChunk' }, expect: { expectedBlobs: 0 } }),
    ],
    cleanup: RELEASE,
  },
  ZipAskedForAsFullFile: {
    description: 'Asks for an archive as FullFile.',
    clause: FROM_BYTES,
    requests: [
      ...WITH_ZIP,
      readChunked({
        expect: { streams: [{ streamId: MAIN_CONTENT, expectedScheme: 'Zip' }] },
      }),
    ],
    cleanup: RELEASE,
  },
  FullFileAskedForAsZip: {
    description: 'Asks as Zip for a file that is not an archive.',
    clause: FROM_BYTES,
    requests: [
      ...WITHOUT_ZIP,
      readChunked({
        streams: [{ streamId: MAIN_CONTENT, scheme: 'Zip' }],
        expect: { streams: [{ streamId: MAIN_CONTENT, expectedScheme: 'FullFile' }] },
      }),
    ],
    cleanup: RELEASE,
  },
})

function zipMain(content: Content): ContentStream {
  return wholeStream(MAIN_CONTENT, content, 'Zip')
}
