import { OVERRIDES } from '../../../protocol/names.ts'
import type { Step } from '../../cases/case.ts'
import type { RawRequest, Request } from '../../cases/request.ts'
import type { Validator } from '../../cases/validator.ts'
import { clause, defineGroup } from '../define-group.ts'
import { status } from '../expectations.ts'
import { LOCK, lock, RELEASE_WOPI_LOCK, unlock } from '../locks.ts'
import { fileIs } from '../reads.ts'
import { putFile, putFileWithoutLock, unlockedWith } from '../saves.ts'

/** How many saves follow each other closely. */
const SAVES = 12
const FIRST_SAVE_CHARS = 256 * 1024
const TEXTS = Array.from({ length: SAVES }, (_, at) => `Save ${at + 1} of ${SAVES}`)

/** A text, and the same packed by gzip. */
const PLAIN = 'Saved by a client that compresses'
const PACKED = Uint8Array.from(
  '1f8b08000000000002030b4e2c4b4d5148aa54485448cec94ccd2b5128c9482c5148cecf2d284a2d2e4e2d06001e5a323c21000000'.match(
    /../g,
  ) ?? [],
  (byte) => Number.parseInt(byte, 16),
)

const IN_ORDER = clause(
  'RFC 9112, section 9.3.2',
  'Requests on one connection that change something are carried out in the order in which they came.',
)
const CODINGS = clause(
  'RFC 9110, sections 8.4 and 15.5.16',
  'Content-Encoding says what the bytes of a body are: they are decoded, or the request is refused (415).',
)
const TIMES = clause(
  'Collabora Online, LastModifiedTime',
  'Clients use LastModifiedTime as a version: no two states of a file share one.',
)
const REFUSED = [400, 415, 501]

const KEEP_TIME = [{ name: 'Time', from: { json: 'LastModifiedTime' } }]
const OTHER_TIME: Validator = {
  check: 'json',
  properties: [{ name: 'LastModifiedTime', type: 'string', differsFrom: { state: 'Time' } }],
}

export const CLIENT_SAVES = defineGroup('ClientSaves', ['UpdateAndLocks'], {
  PipelinedSaves: {
    description: 'Sends saves on one connection without waiting; the one sent last is what stays.',
    clause: IN_ORDER,
    // Once may go well by chance.
    requests: [lock(), ...savesInOrder('A'), ...savesInOrder('B'), ...savesInOrder('C')],
    cleanup: RELEASE_WOPI_LOCK,
  },
  PipelinedLockAndSave: {
    description: 'Locks, saves and unlocks on one connection without waiting.',
    clause: IN_ORDER,
    requests: [
      ...unlockedWith('Before'),
      { operation: 'Pipelined', requests: [lock(), putFile('Saved in order'), unlock()] },
      fileIs('Saved in order'),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  GzipBody: {
    description:
      'Saves what the file already holds, compressed with gzip: the file must not become compressed.',
    clause: CODINGS,
    requests: [
      ...unlockedWith(PLAIN),
      lock(),
      encodedSave('gzip', [status(200, ...REFUSED)]),
      fileIs(PLAIN),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  UnknownEncoding: {
    description: 'Saves with an unknown coding.',
    clause: CODINGS,
    requests: [
      ...unlockedWith(PLAIN),
      lock(),
      encodedSave('x-wopikit-unknown', [status(...REFUSED)]),
      fileIs(PLAIN),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  TimesInReplies: {
    description: 'Saves as fast as it can; where a reply has a LastModifiedTime, it is a new one.',
    clause: TIMES,
    requests: [
      lock(),
      {
        operation: 'Pipelined',
        requests: TEXTS.map((text) => ({
          ...putFile(text),
          ...newTimeIfAny(),
        })),
      },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
})

export const CLIENT_TIMES = defineGroup('ClientTimes', ['UpdateAndLocks', 'LastModifiedTime'], {
  TimesOfSaves: {
    description: 'Saves several times in a row; each state of the file has its own time.',
    clause: TIMES,
    requests: [lock(), ...TEXTS.flatMap((text) => [putFile(text), newTime()])],
    cleanup: RELEASE_WOPI_LOCK,
  },
  TimeOfASave: {
    description: 'Reads the time of a save in its reply, as Collabora does.',
    clause: clause(
      'Collabora Online, PutFile',
      'The reply has the LastModifiedTime that CheckFileInfo gives; the next save is checked against it.',
    ),
    requests: [
      lock(),
      {
        ...putFile('Saved', {
          validators: [
            status(200),
            {
              check: 'json',
              properties: [{ name: 'LastModifiedTime', type: 'string', required: true }],
            },
          ],
        }),
        save: KEEP_TIME,
      },
      {
        operation: 'CheckFileInfo',
        validators: [
          status(200),
          {
            check: 'json',
            properties: [
              {
                name: 'LastModifiedTime',
                type: 'string',
                required: true,
                expected: { state: 'Time' },
              },
            ],
          },
        ],
      },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
})

/** For hosts without locks, such as those that only Collabora uses. */
export const UNLOCKED_SAVES = defineGroup('UnlockedSaves', ['UpdateWithoutLocks'], {
  WithoutLock: {
    description: 'Saves twice without a lock at a host that has none.',
    clause: clause(
      'PutFile',
      'Where CheckFileInfo has SupportsLocks = false, clients save without a lock.',
    ),
    requests: [
      putFileWithoutLock('Saved first', [status(200)]),
      fileIs('Saved first'),
      putFileWithoutLock('Saved without a lock', [status(200)]),
      fileIs('Saved without a lock'),
    ],
    cleanup: [],
  },
})

/** The first takes longest, so that a host which does not wait for it writes it last. */
function savesInOrder(round: string): Step[] {
  const texts = TEXTS.map((text) => `${text}, round ${round}`)
  const requests = [round.repeat(FIRST_SAVE_CHARS), ...texts].map((text) => putFile(text))
  return [{ operation: 'Pipelined', requests }, fileIs(texts.at(-1) ?? '')]
}

function newTimeIfAny(): Pick<Request, 'validators' | 'save'> {
  const json: Validator = {
    check: 'and',
    of: [{ check: 'json', exists: true, properties: [] }, OTHER_TIME],
  }
  const none: Validator = { check: 'json', exists: false, properties: [] }
  return { validators: [status(200), { check: 'or', of: [json, none] }], save: KEEP_TIME }
}

function newTime(): Step {
  return { operation: 'CheckFileInfo', validators: [status(200), OTHER_TIME], save: KEEP_TIME }
}

function encodedSave(coding: string, validators: readonly Validator[]): Request & RawRequest {
  return {
    operation: 'Raw',
    name: 'PutFile',
    method: 'POST',
    path: '/contents',
    override: OVERRIDES.put,
    headers: [
      ['X-WOPI-Lock', LOCK],
      ['Content-Encoding', coding],
    ],
    body: { bytes: PACKED },
    validators,
  }
}
