import { HEADERS, SEQUENCE_NUMBER_MAX } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import { clause, defineGroup } from './define-group.ts'
import {
  greaterHeader,
  hasHeader,
  otherHeader,
  staleNumber,
  status,
  TOKEN_REFUSALS,
} from './expectations.ts'
import { COAUTH, LOCK, lock, NO_COAUTH, RELEASE, unlock } from './locks.ts'
import { readChunked } from './reads.ts'
import {
  alternate,
  BEGIN_COAUTHORING,
  main,
  NUMBER_UNCHANGED,
  OTHER_NUMBER,
  putFile,
  READ_NUMBER,
  readNumber,
  save,
  saveRefused,
} from './saves.ts'

const PAGE = 'GetSequenceNumber'
const CONTENT = 'content-sequence'
const PUT = 'PutChunkedFile'

const GROWS = clause(CONTENT, 'Every new state of the file has a greater sequence number.')
const STAYS = clause(CONTENT, 'The sequence number belongs to a state of the content.')
const GATE = clause(
  PUT,
  'A number that is not the current one is answered 412 with the current one.',
)

/** The number is now a greater one than `Number`. */
const HAS_GROWN: Request = {
  operation: 'GetSequenceNumber',
  validators: [status(200), greaterHeader(HEADERS.sequenceNumber, 'Number')],
}
const BEGIN: readonly Step[] = [...BEGIN_COAUTHORING, save({ streams: [main('First')] })]

export const SEQUENCE_NUMBERS = defineGroup('SequenceNumbers', ['Coauth', 'UpdateAndLocks'], {
  Positive: {
    description: 'Compares the number with 0.',
    clause: clause(CONTENT, 'Sequence numbers are greater than 0.'),
    requests: [numberIs('>', 0)],
    cleanup: [],
  },
  NotTooLarge: {
    description: 'Compares the number with 2147483647.',
    clause: clause(CONTENT, 'Sequence numbers are at most 2147483647.'),
    requests: [numberIs('<=', SEQUENCE_NUMBER_MAX)],
    cleanup: [],
  },
  InCheckFileInfo: {
    description: 'Compares the number with the SequenceNumber of CheckFileInfo.',
    clause: clause('CheckFileInfo', 'SequenceNumber is the number of the latest state.'),
    requests: [
      READ_NUMBER,
      {
        operation: 'CheckFileInfo',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [
              {
                name: 'SequenceNumber',
                type: 'integer',
                required: true,
                expected: { state: 'Number' },
              },
            ],
          },
        ],
      },
    ],
    cleanup: [],
  },
  InGetChunkedFile: {
    description: 'Compares the number with that of GetChunkedFile.',
    clause: clause('GetChunkedFile', 'The answer carries the number of the latest state.'),
    requests: [
      READ_NUMBER,
      readChunked({ validators: [hasHeader(HEADERS.sequenceNumber, { state: 'Number' })] }),
    ],
    cleanup: [],
  },
  InPutChunkedFile: {
    description: 'Compares the number with the one in the reply to a save.',
    clause: clause(PUT, 'The answer carries the number of the state that was saved.'),
    requests: [...BEGIN, NUMBER_UNCHANGED],
    cleanup: RELEASE,
  },
  VersionOfASave: {
    description: 'Compares the ItemVersion of a save with CheckFileInfo and GetChunkedFile.',
    clause: clause(PUT, 'X-WOPI-ItemVersion is the Version in CheckFileInfo afterwards.'),
    requests: [
      ...BEGIN,
      {
        operation: 'CheckFileInfo',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [
              { name: 'Version', type: 'string', required: true, expected: { state: 'Version' } },
            ],
          },
        ],
      },
      readChunked({ validators: [hasHeader(HEADERS.itemVersion, { state: 'Version' })] }),
    ],
    cleanup: RELEASE,
  },
  OtherVersionAfterASave: {
    description: 'Compares the ItemVersions of two saves.',
    clause: clause('CheckFileInfo', 'Version changes when the file does.'),
    requests: [
      ...BEGIN,
      { operation: 'CheckFileInfo', save: [{ name: 'Before', from: { json: 'Version' } }] },
      saveRefused([status(200), otherHeader(HEADERS.itemVersion, 'Before')], {
        streams: [main('Second')],
      }),
    ],
    cleanup: RELEASE,
  },
  GrowsWithPutFile: {
    description: 'Saves by PutFile.',
    clause: GROWS,
    requests: [READ_NUMBER, lock(), putFile('Saved'), HAS_GROWN],
    cleanup: RELEASE,
  },
  GrowsWithTheSameBytes: {
    description: 'Saves the same content again.',
    clause: GROWS,
    requests: [...BEGIN, save({ streams: [main('First')] })],
    cleanup: RELEASE,
  },
  GrowsWithAnAlternateStream: {
    description: 'Saves another stream beside the same main content.',
    clause: GROWS,
    requests: [...BEGIN, save({ streams: [main('First'), alternate('Second')] })],
    cleanup: RELEASE,
  },
  GrowsWithEverySave: {
    description: 'Saves five times.',
    clause: GROWS,
    requests: [
      ...BEGIN,
      ...['a', 'b', 'c', 'd', 'e'].map((text) => save({ streams: [main(text)] })),
    ],
    cleanup: RELEASE,
  },
  StaysWhenRead: {
    description: 'Reads the file in every way.',
    clause: STAYS,
    requests: [
      READ_NUMBER,
      { operation: 'CheckFileInfo' },
      { operation: 'GetFile' },
      readChunked({}),
      NUMBER_UNCHANGED,
    ],
    cleanup: [],
  },
  StaysWhenASaveIsRefused: {
    description: 'Saves under a lock that is not held.',
    clause: STAYS,
    requests: [
      ...BEGIN,
      saveRefused([409], { streams: [main('Refused')], coauthLockId: NO_COAUTH }),
      NUMBER_UNCHANGED,
    ],
    cleanup: RELEASE,
  },
  ReadWhileLocked: {
    description: 'Asks for the number while the file has a WOPI lock.',
    clause: clause('locks-about', 'Locks do not impact requests to read.'),
    requests: [lock(), READ_NUMBER, unlock(), NUMBER_UNCHANGED],
    cleanup: RELEASE,
  },
  InvalidToken: {
    description: 'Asks with an access token that is not valid.',
    clause: clause(PAGE, 'An access token that is not valid is answered 401.'),
    requests: [
      {
        operation: 'GetSequenceNumber',
        invalidToken: true,
        validators: [status(...TOKEN_REFUSALS)],
      },
    ],
    cleanup: [],
  },
  SaveAtAPassedNumber: {
    description: 'Saves at the number of the state before.',
    clause: GATE,
    requests: [
      ...BEGIN,
      readNumber('Base'),
      save({ streams: [main('Second')] }),
      saveRefused(staleNumber(), {
        streams: [main('From the first')],
        sequenceNumber: { state: 'Base' },
      }),
      NUMBER_UNCHANGED,
    ],
    cleanup: RELEASE,
  },
  SaveAtAFutureNumber: {
    description: 'Saves at the largest number there is.',
    clause: GATE,
    requests: [
      ...BEGIN,
      saveRefused(staleNumber(), {
        streams: [main('Refused')],
        sequenceNumber: OTHER_NUMBER,
      }),
      NUMBER_UNCHANGED,
    ],
    cleanup: RELEASE,
  },
  SaveAfterPutFile: {
    description: 'Saves at a number that a PutFile has made stale.',
    clause: GATE,
    requests: [
      lock(),
      READ_NUMBER,
      putFile('Saved otherwise'),
      saveRefused([status(412), greaterHeader(HEADERS.sequenceNumber, 'Number')], {
        lock: LOCK,
        streams: [main('Refused')],
      }),
    ],
    cleanup: RELEASE,
  },
  SaveWithoutNumber: {
    description: 'Saves without X-WOPI-SequenceNumber.',
    clause: clause(PUT, 'X-WOPI-SequenceNumber is required.'),
    requests: [...BEGIN, saveNumbered('', 400), NUMBER_UNCHANGED],
    cleanup: RELEASE,
  },
  SaveAtNoNumber: {
    description: 'Saves at a sequence number that is not a number.',
    clause: clause(PUT, 'X-WOPI-SequenceNumber is an integer.'),
    requests: [...BEGIN, saveNumbered('one', 400), NUMBER_UNCHANGED],
    cleanup: RELEASE,
  },
  SaveAtZero: {
    description: 'Saves at 0, which is never the number of a state: it is wrong, or out of range.',
    clause: clause(PUT, 'X-WOPI-SequenceNumber is greater than 0, and the current one.'),
    requests: [...BEGIN, saveNumbered('0', 400, 412), NUMBER_UNCHANGED],
    cleanup: RELEASE,
  },
  LockBeforeNumber: {
    description: 'Saves at a wrong number under a lock that is not held.',
    clause: clause(
      PUT,
      'Only a client with a valid lock learns that its number is wrong: 409 comes before 412.',
    ),
    requests: [
      ...BEGIN,
      saveRefused([409], {
        streams: [main('Refused')],
        coauthLockId: NO_COAUTH,
        sequenceNumber: OTHER_NUMBER,
      }),
    ],
    cleanup: RELEASE,
  },
})

function saveNumbered(sequenceNumber: string, ...expected: number[]): Request {
  return saveRefused(expected, { streams: [main('Refused')], coauthLockId: COAUTH, sequenceNumber })
}

function numberIs(comparator: '>' | '<=', expected: number): Request {
  return {
    operation: 'GetSequenceNumber',
    validators: [
      status(200),
      {
        check: 'header',
        name: HEADERS.sequenceNumber,
        required: true,
        comparator,
        expected: String(expected),
      },
    ],
  }
}
