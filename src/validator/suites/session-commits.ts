import { HEADERS } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, staleNumber, status } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import { COAUTH, NO_COAUTH, OTHER_COAUTH, RELEASE, takeCoauth, takeExclusive } from './locks.ts'
import { fileIs, streamsAre } from './reads.ts'
import {
  alternate,
  BEGIN_COAUTHORING,
  main,
  NUMBER_UNCHANGED,
  readNumber,
  save,
  saveRefused,
  unsent,
} from './saves.ts'
import { append, appendInParts, appendRaw, createSession, endSession, SESSION } from './sessions.ts'

const COMMIT = 'commit-upload-session'
const PUT = 'PutChunkedFile'
const CREATE = 'CreateUploadSession'

const OLD = 'What the file is before the commit'
const NEW = 'What the upload session brings, forty-four bytes'
const FRAME = chunkFrames(NEW)
const CUT = 45
const COMMITTED = { session: SESSION, streams: [unsent(main(NEW))] }

/** A file that is coauthored, with content that the case knows. */
const BEGIN: readonly Step[] = [...BEGIN_COAUTHORING, save({ streams: [main(OLD)] })]
const WITH_SESSION: readonly Step[] = [...BEGIN, createSession(), append(0, FRAME)]

const AS_IF_INLINE = clause(
  COMMIT,
  'The frames of the session count as if they were in the request.',
)
const SURVIVES = clause(
  COMMIT,
  'A commit that fails leaves file and session as they were: the client may add frames and try again.',
)
const ENDS = clause(
  COMMIT,
  'A commit that succeeds ends the session, and its token is worth nothing.',
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
    clause: clause(PUT, 'Chunks that the host has already need not be sent.'),
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
    description: 'Commits a session again, with the number of now.',
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
  UnknownToken: {
    description: 'Commits a session that never was.',
    clause: clause(COMMIT, 'A token of no live session cannot be committed.'),
    requests: [
      ...BEGIN,
      saveRefused([400, 410], { streams: [main(NEW)], session: 'wopikit-no-such-session' }),
      NUMBER_UNCHANGED,
      fileIs(OLD),
    ],
    cleanup: RELEASE,
  },
  AtAnOldNumber: {
    description: 'Commits at a number that another save has passed, then at the one of now.',
    clause: SURVIVES,
    requests: [
      ...BEGIN,
      readNumber('Base'),
      createSession(),
      append(0, FRAME),
      save({ streams: [main('Saved by another client')] }),
      saveRefused(staleNumber(), { ...COMMITTED, sequenceNumber: { state: 'Base' } }),
      NUMBER_UNCHANGED,
      fileIs('Saved by another client'),
      save(COMMITTED),
      streamsAre(main(NEW)),
    ],
    cleanup: RELEASE,
  },
  UnderAWrongLock: {
    description: 'Commits under a lock that is not held, then under the one that is.',
    clause: SURVIVES,
    requests: [
      ...WITH_SESSION,
      saveRefused([409], { ...COMMITTED, coauthLockId: NO_COAUTH }),
      NUMBER_UNCHANGED,
      save(COMMITTED),
      streamsAre(main(NEW)),
    ],
    cleanup: RELEASE,
  },
  WhileAnotherIsExclusive: {
    description: 'Commits while another client has the exclusive lock.',
    clause: SURVIVES,
    requests: [
      ...WITH_SESSION,
      takeExclusive(OTHER_COAUTH),
      saveRefused(
        [status(409), hasHeader(HEADERS.conflictingMechanism, 'WOPI-CoauthExclusiveLock')],
        COMMITTED,
      ),
      takeCoauth(OTHER_COAUTH),
      save(COMMITTED),
      streamsAre(main(NEW)),
    ],
    cleanup: RELEASE,
  },
  WithAMissingChunk: {
    description: 'Commits before a chunk was sent, sends it, and commits again.',
    clause: SURVIVES,
    requests: [
      ...WITH_SESSION,
      saveRefused([400], {
        session: SESSION,
        streams: [unsent(main(NEW)), unsent(alternate('Sent later'))],
      }),
      NUMBER_UNCHANGED,
      fileIs(OLD),
      append(FRAME.length, chunkFrames('Sent later')),
      save({ session: SESSION, streams: [unsent(main(NEW)), unsent(alternate('Sent later'))] }),
      streamsAre(main(NEW), alternate('Sent later')),
    ],
    cleanup: RELEASE,
  },
  WithAFrameCutShort: {
    description: 'Commits before a frame is whole, sends the rest of it, and commits again.',
    clause: SURVIVES,
    requests: [
      ...BEGIN,
      createSession(),
      append(0, FRAME.subarray(0, CUT)),
      saveRefused([400], COMMITTED),
      NUMBER_UNCHANGED,
      append(CUT, FRAME.subarray(CUT)),
      save(COMMITTED),
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
})

function cutCases(): Record<string, CaseDraft> {
  return Object.fromEntries(
    Object.entries(CUTS).map(([name, cuts]) => [
      `CutAt${name}`,
      {
        description: `Cuts a frame into parts behind byte ${cuts[0]}${cuts.length > 1 ? ' and every one up to the payload' : ''}.`,
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
