import type { ContentProperty } from '../../protocol/messages.ts'
import { CONTENT_PROPERTIES_MAX, PROPERTY_NAME_MAX_CHARS } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { ContentPropertyValidator } from '../cases/validator.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { LIMIT_REFUSALS, staleNumber } from './expectations.ts'
import { chunkFrames } from './frames.ts'
import { lock, RELEASE, releaseCoauth, unlock } from './locks.ts'
import { propertiesAre, readChunked } from './reads.ts'
import {
  alternate,
  BEGIN_COAUTHORING,
  main,
  NUMBER_UNCHANGED,
  OTHER_NUMBER,
  putFile,
  save,
  saveRefused,
  unlockedWith,
  unsent,
} from './saves.ts'
import { append, createSession, SESSION } from './sessions.ts'

const MODEL = 'file-content-data-model'
const PUT = 'PutChunkedFile'
const GET = 'GetChunkedFile'

const KEEP = property('WopikitKeep', 'kept', 'KeepOnContentChange')
const DROP = property('WopikitDrop', 'dropped', 'DeleteOnContentChange')

/** A file with both properties, which is coauthored. */
const BEGIN: readonly Step[] = [
  ...unlockedWith('Without properties'),
  ...BEGIN_COAUTHORING,
  save({ streams: [main('With properties')], properties: [KEEP, DROP] }),
]
/** An update that is no PutChunkedFile. */
const UPDATE: readonly Step[] = [releaseCoauth(), lock(), putFile('Updated'), unlock()]

export const CONTENT_PROPERTIES = defineGroup('ContentProperties', ['Coauth', 'UpdateAndLocks'], {
  Saved: {
    description: 'Saves two properties and reads them.',
    clause: clause(GET, 'Requested properties come with value and retention.'),
    requests: [...BEGIN, propertiesAre([validator(KEEP), validator(DROP)])],
    cleanup: RELEASE,
  },
  OnlyThoseAskedFor: {
    description: 'Reads one of two properties.',
    clause: clause(GET, 'Only properties that are asked for are returned.'),
    requests: [
      ...BEGIN,
      readChunked({
        properties: [KEEP.name],
        expect: {
          properties: [validator(KEEP)],
          json: [{ name: 'ContentProperties', type: 'arrayLength', required: true, expected: 1 }],
        },
      }),
    ],
    cleanup: RELEASE,
  },
  NoneAskedFor: {
    description: 'Reads without asking for properties.',
    clause: clause(GET, 'When no property is requested, ContentProperties is an empty list.'),
    requests: [
      ...BEGIN,
      readChunked({
        expect: {
          json: [{ name: 'ContentProperties', type: 'arrayLength', required: true, expected: 0 }],
        },
      }),
    ],
    cleanup: RELEASE,
  },
  UnknownName: {
    description: 'Asks for a property that the file does not have.',
    clause: clause(GET, 'Properties that the file does not have are left out.'),
    requests: [...BEGIN, propertiesAre([validator(KEEP)], ['WopikitNever'])],
    cleanup: RELEASE,
  },
  Replaced: {
    description: 'Saves a property again with another value and retention.',
    clause: clause(PUT, 'A property that already exists gets the new value.'),
    requests: [
      ...BEGIN,
      save({
        streams: [main('With properties')],
        properties: [property(DROP.name, 'another', 'KeepOnContentChange')],
      }),
      propertiesAre([
        validator(KEEP),
        validator(property(DROP.name, 'another', 'KeepOnContentChange')),
      ]),
    ],
    cleanup: [...RELEASE, lock(), putFile(''), unlock()],
  },
  CarriedForward: {
    description: 'Saves again without naming the properties.',
    clause: clause(
      MODEL,
      'DeleteOnContentChange is about updates by any means other than PutChunkedFile.',
    ),
    requests: [
      ...BEGIN,
      save({ streams: [main('Saved again')] }),
      propertiesAre([validator(KEEP), validator(DROP)]),
    ],
    cleanup: RELEASE,
  },
  KeptByPutFile: {
    description: 'Updates the file by PutFile.',
    clause: clause(
      MODEL,
      'KeepOnContentChange properties stay when the file changes by other means.',
    ),
    requests: [...BEGIN, ...UPDATE, propertiesAre([validator(KEEP)])],
    cleanup: RELEASE,
  },
  DeletedByPutFile: {
    description: 'Updates the file by PutFile.',
    clause: clause(
      MODEL,
      'DeleteOnContentChange properties are cleared when the file changes by other means.',
    ),
    requests: [...BEGIN, ...UPDATE, propertiesAre([], [DROP.name])],
    cleanup: RELEASE,
  },
  WithASession: {
    description: 'Saves a property together with the chunks of an upload session.',
    clause: clause(MODEL, 'All parts of the content are changed together.'),
    requests: [
      ...BEGIN,
      createSession(),
      append(0, chunkFrames('Through a session')),
      save({
        session: SESSION,
        streams: [unsent(main('Through a session'))],
        properties: [property(KEEP.name, 'committed', 'KeepOnContentChange')],
      }),
      propertiesAre([validator(property(KEEP.name, 'committed', 'KeepOnContentChange'))]),
    ],
    cleanup: RELEASE,
  },
  WithAnAlternateStream: {
    description: 'Saves a property together with an alternate stream.',
    clause: clause(MODEL, 'All parts of the content are changed together.'),
    requests: [
      ...BEGIN,
      save({
        streams: [main('With properties'), alternate('Beside')],
        properties: [property(KEEP.name, 'beside', 'KeepOnContentChange')],
      }),
      propertiesAre([validator(property(KEEP.name, 'beside', 'KeepOnContentChange'))]),
    ],
    cleanup: RELEASE,
  },
  NotSavedAtAnotherNumber: {
    description: 'Saves a property at a number that is not the current one.',
    clause: clause(MODEL, 'A refused request changes no part of the content.'),
    requests: [
      ...BEGIN,
      saveRefused(staleNumber(), {
        streams: [main('Refused')],
        properties: [property(KEEP.name, 'refused', 'KeepOnContentChange')],
        sequenceNumber: OTHER_NUMBER,
      }),
      propertiesAre([validator(KEEP)]),
    ],
    cleanup: RELEASE,
  },
  NotSavedWithoutChunk: {
    description: 'Saves a property in a request that lacks a chunk.',
    clause: clause(MODEL, 'A refused request changes no part of the content.'),
    requests: [
      ...BEGIN,
      saveRefused([400], {
        streams: [unsent(main('A chunk that nobody has sent'))],
        properties: [property(KEEP.name, 'refused', 'KeepOnContentChange')],
      }),
      NUMBER_UNCHANGED,
      propertiesAre([validator(KEEP)]),
    ],
    cleanup: RELEASE,
  },
  NotOnlyAscii: taken(
    'Saves a name and a value with characters of many scripts.',
    property('Wopikit-Größe-文書', 'Wert “é” 😀', 'DeleteOnContentChange'),
  ),
  LongestName: taken(
    `Saves a name of ${PROPERTY_NAME_MAX_CHARS} characters.`,
    property('n'.repeat(PROPERTY_NAME_MAX_CHARS), 'value', 'DeleteOnContentChange'),
  ),
  LargestValue: taken(
    'Saves a value of 1 KB.',
    property('WopikitLarge', 'v'.repeat(1000), 'DeleteOnContentChange'),
  ),
  NameTooLong: refused('Saves a name of 257 characters.', 'Names have at most 256 characters.', [
    property('n'.repeat(PROPERTY_NAME_MAX_CHARS + 1), 'value', 'DeleteOnContentChange'),
  ]),
  ValueTooLarge: refused('Saves a value of 1025 bytes.', 'Values have at most 1 KB.', [
    property('WopikitLarge', 'v'.repeat(1025), 'DeleteOnContentChange'),
  ]),
  TooMany: refused(
    'Saves 257 properties.',
    'A file has at most 256 properties.',
    Array.from({ length: CONTENT_PROPERTIES_MAX + 1 }, (_, index) =>
      property(`Wopikit${index}`, 'value', 'DeleteOnContentChange'),
    ),
  ),
  TooManyInTwoRequests: {
    ...refused(
      'Saves 129 properties, and then 129 others.',
      'A file has at most 256 properties.',
      many('Second'),
    ),
    requests: [
      ...BEGIN,
      save({ streams: [main('Many')], properties: many('First') }),
      saveRefused(LIMIT_REFUSALS, { streams: [main('Too many')], properties: many('Second') }),
      NUMBER_UNCHANGED,
      propertiesAre([], ['WopikitSecond0']),
    ],
  },
})

function property(
  name: string,
  value: string,
  retention: ContentProperty['retention'],
): ContentProperty {
  return { name, value, retention }
}

function validator({ name, value, retention }: ContentProperty): ContentPropertyValidator {
  return { name, expectedValue: value, expectedRetention: retention }
}

function many(prefix: string): ContentProperty[] {
  return Array.from({ length: 129 }, (_, index) =>
    property(`Wopikit${prefix}${index}`, 'value', 'DeleteOnContentChange'),
  )
}

function taken(description: string, saved: ContentProperty): CaseDraft {
  return {
    description,
    clause: clause(MODEL, 'Names have up to 256 characters, values up to 1 KB.'),
    requests: [
      ...BEGIN,
      save({ streams: [main('With properties')], properties: [saved] }),
      propertiesAre([validator(saved)]),
    ],
    cleanup: RELEASE,
  }
}

/** Afterwards an update clears what a host has taken in spite of the limit. */
function refused(
  description: string,
  rule: string,
  properties: readonly ContentProperty[],
): CaseDraft {
  return {
    description,
    clause: clause(MODEL, rule),
    requests: [
      ...BEGIN,
      saveRefused(LIMIT_REFUSALS, { streams: [main('Refused')], properties }),
      NUMBER_UNCHANGED,
    ],
    cleanup: [...RELEASE, lock(), putFile(''), unlock()],
  }
}
