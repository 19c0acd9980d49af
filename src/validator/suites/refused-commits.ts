import { HEADERS } from '../../protocol/names.ts'
import { type CaseDraft, clause } from './define-group.ts'
import { hasHeader, staleNumber, status } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import { NO_COAUTH, OTHER_COAUTH, RELEASE, takeCoauth, takeExclusive } from './locks.ts'
import { fileIs, streamsAre } from './reads.ts'
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
import { append, createSession, SESSION } from './sessions.ts'

const COMMIT = 'commit-upload-session'
/** Where a frame is cut, in bytes. */
const CUT = 45

const SURVIVES = clause(
  COMMIT,
  'A commit that fails leaves file and session as they were: the client may add frames and try again.',
)

/** Commits that a host refuses, after which the session is as it was. */
export const REFUSED_COMMITS: Readonly<Record<string, CaseDraft>> = {
  UnknownToken: {
    description: 'Commits a session that does not exist.',
    clause: clause(COMMIT, 'A token that belongs to no live session cannot be committed.'),
    requests: [
      ...BEGIN,
      saveRefused([400, 410], { streams: [main(NEW)], session: 'wopikit-no-such-session' }),
      NUMBER_UNCHANGED,
      fileIs(OLD),
    ],
    cleanup: RELEASE,
  },
  AtAnOldNumber: {
    description: 'Commits at a number that another save has passed, then at the current one.',
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
}
