import type { Step } from '../cases/case.ts'
import { clause, defineGroup } from './define-group.ts'
import { status, TOKEN_REFUSALS } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import { lock } from './locks.ts'
import { READ_NUMBER } from './saves.ts'
import {
  append,
  appendInParts,
  appendRaw,
  createSession,
  endSession,
  standsAt,
} from './sessions.ts'

const CREATE = 'CreateUploadSession'
const UPDATE = 'UpdateUploadSession'

/** 64 bytes: one frame of 32 bytes of headers and 32 bytes of payload. */
const FRAME = chunkFrames('Thirty-two characters of content')
const FIRST = FRAME.subarray(0, 40)
const REST = FRAME.subarray(40)

const SEQUENTIAL = clause(
  UPDATE,
  'A part that does not begin where the session stands is answered 400, and the session stays as it is.',
)
const LENGTH = clause(
  UPDATE,
  'A body that is not as long as X-WOPI-ContentRangeLength says is answered 400, and the session stays as it is.',
)
const REQUIRED = clause(
  UPDATE,
  'Token, offset and length are required headers, whole numbers of at least 0 where they are numbers.',
)
const GONE = clause(UPDATE, 'A token that belongs to no live session is answered 410.')

const BEGIN: readonly Step[] = [READ_NUMBER, createSession()]
/** A session that has the first part. */
const OPEN: readonly Step[] = [...BEGIN, append(0, FIRST)]
const CLEANUP = endSession()
/** The session has kept exactly the first part. */
const GOES_ON = append(FIRST.length, REST)

export const UPLOAD_SESSIONS = defineGroup('UploadSessions', ['ResumableFileTransfer', 'Coauth'], {
  Create: {
    description: 'Opens a session and gets a token.',
    clause: clause(CREATE, 'The answer is JSON with an UploadSessionToken.'),
    requests: BEGIN,
    cleanup: CLEANUP,
  },
  CreateWithInvalidToken: {
    description: 'Opens a session with an access token that is not valid.',
    clause: clause(CREATE, 'An access token that is not valid is answered 401.'),
    requests: [
      { ...createSession(), invalidToken: true, validators: [status(...TOKEN_REFUSALS)], save: [] },
    ],
    cleanup: [],
  },
  SeveralAtOnce: {
    description: 'Opens two sessions and sends parts to them in turn.',
    clause: clause(CREATE, 'A user may have several sessions at once, each with its own token.'),
    requests: [
      READ_NUMBER,
      createSession('First'),
      createSession('Second'),
      append(0, FIRST, { session: { state: 'First' } }),
      append(0, FRAME, { session: { state: 'Second' } }),
      append(FIRST.length, REST, { session: { state: 'First' } }),
    ],
    cleanup: endSession({ state: 'First' }),
  },
  NeedNoLock: {
    description: 'Opens a session and sends it a part while somebody else has locked the file.',
    clause: clause(UPDATE, 'Neither operation conflicts with a lock: only the commit does.'),
    requests: [lock(), ...OPEN],
    cleanup: CLEANUP,
  },
  AppendOnce: {
    description: 'Sends everything in one part.',
    clause: clause(UPDATE, 'The answer says where the next part begins.'),
    requests: [...BEGIN, append(0, FRAME)],
    cleanup: CLEANUP,
  },
  AppendInManyParts: {
    description: 'Sends parts of 1, 15, 16, 1 and 31 bytes, cut without regard to frames.',
    clause: clause(UPDATE, 'Parts need not end where frames end.'),
    requests: [...BEGIN, ...appendInParts(FRAME, [1, 16, 32, 33])],
    cleanup: CLEANUP,
  },
  AppendBehindAGap: {
    description: 'Leaves out a byte, then goes on where the session stands.',
    clause: SEQUENTIAL,
    requests: [
      ...OPEN,
      append(FIRST.length + 1, REST, { validators: standsAt(FIRST.length) }),
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
  AppendOverlapping: {
    description: 'Sends the last byte again, then goes on where the session stands.',
    clause: SEQUENTIAL,
    requests: [
      ...OPEN,
      append(FIRST.length - 1, REST, { validators: standsAt(FIRST.length) }),
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
  RepeatAfterALostReply: {
    description: 'Sends a part twice, as after a reply that was lost, then goes on.',
    clause: SEQUENTIAL,
    requests: [...OPEN, append(0, FIRST, { validators: standsAt(FIRST.length) }), GOES_ON],
    cleanup: CLEANUP,
  },
  FirstPartNotAtZero: {
    description: 'Begins a session with a part that says it is a later one.',
    clause: SEQUENTIAL,
    requests: [
      ...BEGIN,
      append(FRAME.length, FRAME, { validators: standsAt(0) }),
      append(0, FRAME),
    ],
    cleanup: CLEANUP,
  },
  LengthLargerThanTheBody: {
    description: 'Announces a byte more than it sends.',
    clause: LENGTH,
    requests: [
      ...OPEN,
      append(FIRST.length, REST, {
        length: String(REST.length + 1),
        validators: [status(400)],
      }),
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
  LengthSmallerThanTheBody: {
    description: 'Sends a byte more than it announces.',
    clause: LENGTH,
    requests: [
      ...OPEN,
      append(FIRST.length, REST, {
        length: String(REST.length - 1),
        validators: [status(400)],
      }),
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
  LengthWithoutBody: {
    description: 'Announces bytes and sends none.',
    clause: LENGTH,
    requests: [
      ...OPEN,
      append(FIRST.length, new Uint8Array(0), {
        length: String(REST.length),
        validators: [status(400)],
      }),
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
  EmptyPart: {
    description: 'Sends a part of no bytes, which the page neither allows nor forbids.',
    clause: clause(UPDATE, 'A request is answered, and the session stays where it stands.'),
    requests: [
      ...OPEN,
      append(FIRST.length, new Uint8Array(0), { validators: [status(200, 400)] }),
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
  ...refusedHeaders(),
  UnknownToken: {
    description: 'Names a session that does not exist.',
    clause: GONE,
    requests: [appendRaw(FRAME, { session: 'wopikit-no-such-session', validators: [status(410)] })],
    cleanup: [],
  },
  UpdateWithInvalidToken: {
    description: 'Sends a part with an access token that is not valid.',
    clause: clause(UPDATE, 'An access token that is not valid is answered 401.'),
    requests: [
      ...OPEN,
      {
        ...appendRaw(REST, {
          offset: String(FIRST.length),
          validators: [status(...TOKEN_REFUSALS)],
        }),
        invalidToken: true,
      },
      GOES_ON,
    ],
    cleanup: CLEANUP,
  },
})

/** Each wrong header is refused, and the session goes on. */
function refusedHeaders() {
  const wrong = {
    OffsetMissing: ['Leaves out X-WOPI-ContentRangeOffset.', { offset: null }],
    OffsetNegative: ['Sends a negative offset.', { offset: '-1' }],
    OffsetNoNumber: ['Sends an offset that is not a number.', { offset: 'forty' }],
    OffsetFraction: ['Sends an offset with a fraction.', { offset: '40.5' }],
    OffsetBeyondInt64: ['Sends an offset of 2^63.', { offset: '9223372036854775808' }],
    LengthMissing: ['Leaves out X-WOPI-ContentRangeLength.', { length: null }],
    LengthNegative: ['Sends a negative length.', { length: '-24' }],
    LengthNoNumber: ['Sends a length that is not a number.', { length: 'many' }],
    LengthBeyondInt64: ['Sends a length of 2^63.', { length: '9223372036854775808' }],
    TokenMissing: ['Leaves out X-WOPI-UploadSessionToken.', { session: null }],
    TokenEmpty: ['Sends an empty X-WOPI-UploadSessionToken.', { session: '' }],
  } as const
  return Object.fromEntries(
    Object.entries(wrong).map(([name, [description, options]]) => {
      // An empty token may also be taken for one of no session.
      const refused = name.startsWith('Token') ? status(400, 410) : status(400)
      const sent = { offset: String(FIRST.length), ...options, validators: [refused] }
      const requests = [...OPEN, appendRaw(REST, sent), GOES_ON]
      return [name, { description, clause: REQUIRED, requests, cleanup: CLEANUP }]
    }),
  )
}
