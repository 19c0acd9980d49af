import { HEADERS } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, status } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import { COAUTH, RELEASE } from './locks.ts'
import { fileIs, streamsAre } from './reads.ts'
import { REFUSED_COMMITS } from './refused-commits.ts'
import {
  alternate,
  main,
  NUMBER_UNCHANGED,
  readNumber,
  save,
  saveRefused,
  unsent,
} from './saves.ts'
import { BEGIN, COMMITTED, FRAME, NEW, OLD, WITH_SESSION } from './session-scene.ts'
import { append, appendInParts, appendRaw, createSession, endSession, SESSION } from './sessions.ts'

const COMMIT = 'commit-upload-session'
const PUT = 'PutChunkedFile'
const CREATE = 'CreateUploadSession'

const AS_IF_INLINE = clause(
  COMMIT,
  'The frames of the session count as if they were in the request.',
)
const ENDS = clause(
  COMMIT,
  'A commit that succeeds ends the session, and its token is no longer valid.',
)
const ANY_CUT = clause(
  'UpdateUploadSession',
  'Parts are bytes of one stream: a frame may be cut anywhere.',
)

/** Where one Chunk frame can be cut: 16 bytes of header, 16 of ChunkId, then the payload. */
const CUTS: Readonly<Record<string, readonly number[]>> = {
  TheFrameType: [2],
  TheExtendedHeaderSize: [6],
  ThePayloadSize: [12],
  HeaderFromChunkId: [16],
  TheChunkId: [24],
  ChunkIdFromPayload: [32],
  ThePayload: [50],
  TheLastByte: [FRAME.length - 1],
  EveryByteOfTheHeaders: Array.from({ length: 33 }, (_, index) => index + 1),
}

export const SESSION_COMMITS = defineGroup('SessionCommits', ['ResumableFileTransfer', 'Coauth'], {
  Commit: {
    description: 'Sends a chunk through a session and commits it.',
    clause: AS_IF_INLINE,
    requests: [...WITH_SESSION, save(COMMITTED), streamsAre(main(NEW)), fileIs(NEW)],
    cleanup: RELEASE,
  },
  ...cutCases(),
  CutBetweenFrames: {
    description: 'Sends two frames in two parts, for two streams.',
    clause: ANY_CUT,
    requests: [
      ...BEGIN,
      createSession(),
      ...appendInParts(chunkFrames(NEW, OLD), [FRAME.length]),
      save({ session: SESSION, streams: [unsent(main(NEW)), unsent(alternate(OLD))] }),
      streamsAre(main(NEW), alternate(OLD)),
    ],
    cleanup: RELEASE,
  },
  LargeChunk: {
    description: 'Sends a chunk of 1 MiB in four parts.',
    clause: AS_IF_INLINE,
    requests: largeChunk(),
    cleanup: RELEASE,
  },
  WithInlineFrames: {
    description: 'Commits a session together with a chunk that is in the request.',
    clause: AS_IF_INLINE,
    requests: [
      ...WITH_SESSION,
      save({ session: SESSION, streams: [unsent(main(NEW)), alternate('Inline')] }),
      streamsAre(main(NEW), alternate('Inline')),
    ],
    cleanup: RELEASE,
  },
  WithChunksOfTheFile: {
    description: 'Commits a session for one stream and takes a chunk of the file for another.',
    clause: clause(PUT, 'Chunks that the host already has need not be sent.'),
    requests: [
      ...WITH_SESSION,
      save({ session: SESSION, streams: [unsent(main(NEW)), unsent(alternate(OLD))] }),
      streamsAre(main(NEW), alternate(OLD)),
    ],
    cleanup: RELEASE,
  },
  NothingBeforeTheCommit: {
    description: 'Sends everything and does not commit: the file stays as it was.',
    clause: clause(CREATE, 'What a session holds becomes part of the file when it is committed.'),
    requests: [...WITH_SESSION, NUMBER_UNCHANGED, streamsAre(main(OLD)), fileIs(OLD)],
    cleanup: endSession(),
  },
  ChunkOfASessionThatIsNotNamed: {
    description: 'Saves a chunk that only a session has, without naming the session.',
    clause: clause(PUT, 'A chunk that neither the request nor the host has is answered 400.'),
    requests: [
      ...WITH_SESSION,
      saveRefused([400], { streams: [unsent(main(NEW))] }),
      NUMBER_UNCHANGED,
      fileIs(OLD),
    ],
    cleanup: endSession(),
  },
  UpdateAfterTheCommit: {
    description: 'Sends another part to a session that was committed.',
    clause: ENDS,
    requests: [
      ...WITH_SESSION,
      save(COMMITTED),
      appendRaw(FRAME, { offset: String(FRAME.length), validators: [status(410)] }),
    ],
    cleanup: RELEASE,
  },
  CommitAgain: {
    description: 'Commits a session again, with the current number.',
    clause: ENDS,
    requests: [
      ...WITH_SESSION,
      save(COMMITTED),
      saveRefused([400, 410], COMMITTED),
      NUMBER_UNCHANGED,
    ],
    cleanup: RELEASE,
  },
  RepeatAfterALostReply: {
    description: 'Repeats a commit word for word, as after a reply that was lost.',
    clause: clause(
      COMMIT,
      'A session is committed once: a repeat gets the same answer or is refused, and makes no other state.',
    ),
    requests: [
      ...BEGIN,
      readNumber('Base'),
      createSession(),
      append(0, FRAME),
      save(COMMITTED),
      saveRefused(
        [
          {
            check: 'or',
            of: [
              {
                check: 'and',
                of: [status(200), hasHeader(HEADERS.sequenceNumber, { state: 'Number' })],
              },
              status(400, 410, 412),
            ],
          },
        ],
        { ...COMMITTED, sequenceNumber: { state: 'Base' } },
      ),
      NUMBER_UNCHANGED,
      streamsAre(main(NEW)),
    ],
    cleanup: RELEASE,
  },
  OneOfSeveral: {
    description: 'Commits one of two sessions, and then the other.',
    clause: clause(
      CREATE,
      'A user may have several sessions at once: ending one leaves the others.',
    ),
    requests: [
      ...WITH_SESSION,
      createSession('Other'),
      append(0, chunkFrames('In the other'), { session: { state: 'Other' } }),
      save(COMMITTED),
      save({ session: { state: 'Other' }, streams: [unsent(main('In the other'))] }),
      streamsAre(main('In the other')),
    ],
    cleanup: RELEASE,
  },
  AnswerNamesNoConflict: {
    description: 'Looks at the headers of a commit that succeeds.',
    clause: clause(PUT, 'X-WOPI-Lock and X-WOPI-ConflictingMechanism are not sent with a 200.'),
    requests: [
      ...WITH_SESSION,
      saveRefused(
        [status(200), lacksHeader(HEADERS.lock), lacksHeader(HEADERS.conflictingMechanism)],
        { ...COMMITTED, coauthLockId: COAUTH },
      ),
    ],
    cleanup: RELEASE,
  },
  ...REFUSED_COMMITS,
})

function cutCases(): Record<string, CaseDraft> {
  return Object.fromEntries(
    Object.entries(CUTS).map(([name, cuts]) => [
      `CutAt${name}`,
      {
        description: `Cuts a frame into parts after byte ${cuts[0]}${cuts.length > 1 ? ' and every one up to the payload' : ''}.`,
        clause: ANY_CUT,
        requests: [
          ...BEGIN,
          createSession(),
          ...appendInParts(FRAME, cuts),
          save(COMMITTED),
          streamsAre(main(NEW)),
        ],
        cleanup: RELEASE,
      },
    ]),
  )
}

function largeChunk(): Step[] {
  const text = '0123456789abcdef'.repeat(65_536)
  const frame = chunkFrames(text)
  const quarter = frame.length >> 2
  return [
    ...BEGIN,
    createSession(),
    ...appendInParts(frame, [quarter, 2 * quarter, 3 * quarter]),
    save({ session: SESSION, streams: [unsent(main(text))] }),
    streamsAre(main(text)),
  ]
}
