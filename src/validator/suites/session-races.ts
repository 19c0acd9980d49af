import { HEADERS } from '../../protocol/names.ts'
import type { AtOnce } from '../cases/case.ts'
import { atOnce, CLIENTS, IDS, lost, ONE_STATE, times, won } from './at-once.ts'
import { clause, defineGroup } from './define-group.ts'
import { hasHeader, status } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import { RELEASE } from './locks.ts'
import { alternate, BEGIN_COAUTHORING, main, READ_NUMBER, saveRefused, unsent } from './saves.ts'
import { append, createSession, endSession, SESSION } from './sessions.ts'

const FRAME = chunkFrames('What one of them brings')

const SEQUENTIAL = clause(
  'UpdateUploadSession',
  'A part that does not begin where the session stands is answered 400.',
)

export const SESSION_RACES = defineGroup('SessionRaces', ['ResumableFileTransfer', 'Coauth'], {
  FirstPart: {
    description: 'The first part of a session is sent eight times at once.',
    clause: SEQUENTIAL,
    requests: [READ_NUMBER, createSession(), appendedOnce(0, FRAME), append(FRAME.length, FRAME)],
    cleanup: endSession(),
  },
  LaterPart: {
    description: 'A later part of a session is sent eight times at once.',
    clause: SEQUENTIAL,
    requests: [
      READ_NUMBER,
      createSession(),
      append(0, FRAME.subarray(0, 40)),
      appendedOnce(40, FRAME.subarray(40)),
      append(FRAME.length, FRAME),
    ],
    cleanup: endSession(),
  },
  Commit: {
    description: 'One session is committed by eight requests, each with another stream beside it.',
    clause: clause('commit-upload-session', 'A session is committed once.'),
    requests: [
      ...BEGIN_COAUTHORING,
      createSession(),
      append(0, FRAME),
      atOnce(
        IDS.map((id) =>
          saveRefused([], {
            session: SESSION,
            streams: [unsent(main('What one of them brings')), alternate(id)],
          }),
        ),
        won(1),
        lost(CLIENTS - 1, status(400, 410, 412)),
      ),
    ],
    cleanup: RELEASE,
  },
  CommitAndAppend: {
    description: 'A session is committed while another part of it is sent.',
    clause: clause('commit-upload-session', 'A session that was committed is gone.'),
    requests: [
      ...BEGIN_COAUTHORING,
      createSession(),
      append(0, FRAME),
      atOnce(
        [
          saveRefused([], {
            session: SESSION,
            streams: [unsent(main('What one of them brings'))],
          }),
          { ...append(FRAME.length, FRAME), validators: [] },
        ],
        { name: 'done', count: { min: 1, max: 2 }, validators: [status(200)] },
        { name: 'came too late', count: { min: 0, max: 1 }, validators: [status(400, 410)] },
      ),
    ],
    cleanup: RELEASE,
  },
  CommitTwoSessions: {
    description: 'Two sessions are committed at once, both following the same state.',
    clause: ONE_STATE,
    requests: [
      ...BEGIN_COAUTHORING,
      createSession(),
      append(0, FRAME),
      createSession('Other'),
      append(0, chunkFrames('Another'), { session: { state: 'Other' } }),
      atOnce(
        [
          saveRefused([], { session: SESSION, streams: [unsent(main('What one of them brings'))] }),
          saveRefused([], { session: { state: 'Other' }, streams: [unsent(main('Another'))] }),
        ],
        won(1),
        lost(1, status(412), hasHeader(HEADERS.sequenceNumber)),
      ),
    ],
    cleanup: RELEASE,
  },
})

/** One of eight appends is taken; the others are told where the session stands. */
function appendedOnce(offset: number, bytes: Uint8Array): AtOnce {
  return atOnce(
    times(() => append(offset, bytes)),
    won(1, hasHeader(HEADERS.uploadSessionCurrentOffset, String(offset + bytes.length))),
    lost(
      CLIENTS - 1,
      status(400),
      hasHeader(HEADERS.uploadSessionCurrentOffset, String(offset + bytes.length)),
    ),
  )
}
