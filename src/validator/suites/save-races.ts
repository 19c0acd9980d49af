import { HEADERS } from '../../protocol/names.ts'
import { atOnce, CLIENTS, IDS, lost, ONE_STATE, RELEASE_IDS, won } from './at-once.ts'
import { clause, defineGroup } from './define-group.ts'
import { hasHeader, lacksHeader, status } from './expectations.ts'
import {
  COAUTH,
  LOCK,
  lock,
  OTHER_COAUTH,
  OTHER_LOCK,
  RELEASE,
  RELEASE_WOPI_LOCK,
  releaseCoauth,
  takeCoauth,
  takeExclusive,
} from './locks.ts'
import { readChunked } from './reads.ts'
import {
  alternate,
  BEGIN_COAUTHORING,
  main,
  putFile,
  READ_NUMBER,
  saveRefused,
  unlockedWith,
} from './saves.ts'

export const SAVE_RACES = defineGroup('SaveRaces', ['UpdateAndLocks'], {
  PutFileIntoAnEmptyFile: {
    description: 'Eight clients put content into an empty file that is not locked.',
    clause: clause('PutFile', 'A file that is not locked may be written only while it is empty.'),
    requests: [
      ...unlockedWith(''),
      atOnce(
        IDS.map((id) => ({ operation: 'PutFile', content: { text: id } })),
        won(1),
        lost(CLIENTS - 1, status(409)),
      ),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  PutFileUnderOneLock: {
    description: 'Eight requests save under one lock; afterwards the file is one of them, whole.',
    clause: clause('PutFile', 'The content of the request becomes the content of the file.'),
    requests: [
      lock(),
      atOnce(
        IDS.map((id) => putFile(id.repeat(1000))),
        won(CLIENTS, hasHeader(HEADERS.itemVersion)),
      ),
      {
        operation: 'GetFile',
        validators: [
          status(200),
          {
            check: 'or',
            of: IDS.map((id) => ({ check: 'body', expected: { text: id.repeat(1000) } })),
          },
        ],
      },
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
  LockAndSave: {
    description: 'One client locks an empty file while another one saves into it.',
    clause: clause('PutFile', 'A file that is locked is written only under its lock.'),
    requests: [
      ...unlockedWith(''),
      atOnce(
        [lock(OTHER_LOCK), { operation: 'PutFile', content: { text: 'Saved' } }],
        { name: 'done', count: { min: 1, max: 2 }, validators: [status(200)] },
        { name: 'came too late', count: { min: 0, max: 1 }, validators: [status(409)] },
      ),
    ],
    cleanup: RELEASE_WOPI_LOCK,
  },
})

export const CHUNKED_SAVE_RACES = defineGroup('ChunkedSaveRaces', ['Coauth', 'UpdateAndLocks'], {
  PutChunkedFile: {
    description: 'Eight coauthors save what follows the same state.',
    clause: ONE_STATE,
    requests: [
      ...IDS.map((id) => takeCoauth(id)),
      READ_NUMBER,
      atOnce(
        IDS.map((id) => saveRefused([], { coauthLockId: id, streams: [main(id), alternate(id)] })),
        won(1, hasHeader(HEADERS.sequenceNumber)),
        lost(CLIENTS - 1, status(412), hasHeader(HEADERS.sequenceNumber)),
      ),
      readChunked({}),
    ],
    cleanup: RELEASE_IDS,
  },
  PutChunkedFileIntoAnEmptyFile: {
    description: 'Eight clients save into an empty file that is not locked.',
    clause: ONE_STATE,
    requests: [
      ...unlockedWith(''),
      READ_NUMBER,
      atOnce(
        IDS.map((id) => saveRefused([], { lock: '', coauthLockId: '', streams: [main(id)] })),
        won(1),
        lost(CLIENTS - 1, status(409, 412)),
      ),
    ],
    cleanup: RELEASE,
  },
  PutFileAndPutChunkedFile: {
    description: 'Under one WOPI lock one request saves by PutFile, and one by PutChunkedFile.',
    clause: ONE_STATE,
    requests: [
      lock(),
      READ_NUMBER,
      atOnce(
        [putFile('By PutFile'), saveRefused([], { lock: LOCK, streams: [main('In chunks')] })],
        { name: 'saved', count: { min: 1, max: 2 }, validators: [status(200)] },
        { name: 'came too late', count: { min: 0, max: 1 }, validators: [status(412)] },
      ),
    ],
    cleanup: RELEASE,
  },
  UnlockAndSave: {
    description: 'One request releases the lock under which the other one saves.',
    clause: clause('PutChunkedFile', 'A save needs a lock that is held.'),
    requests: [
      ...unlockedWith('Before'),
      ...BEGIN_COAUTHORING,
      atOnce(
        [releaseCoauth(), saveRefused([], { streams: [main('Saved')] })],
        { name: 'done', count: { min: 1, max: 2 }, validators: [status(200)] },
        { name: 'came too late', count: { min: 0, max: 1 }, validators: [status(409)] },
      ),
    ],
    cleanup: RELEASE,
  },
  SaveAndTakeExclusive: {
    description: 'One coauthor saves while another one takes the exclusive lock.',
    clause: clause('locks-about', 'While a lock is exclusive only its holder may save.'),
    requests: [
      ...BEGIN_COAUTHORING,
      takeCoauth(OTHER_COAUTH),
      atOnce(
        [
          takeExclusive(OTHER_COAUTH),
          saveRefused([], { coauthLockId: COAUTH, streams: [main('Saved')] }),
        ],
        { name: 'done', count: { min: 1, max: 2 }, validators: [status(200)] },
        {
          name: 'came too late',
          count: { min: 0, max: 1 },
          validators: [status(409), lacksHeader(HEADERS.lock)],
        },
      ),
    ],
    cleanup: RELEASE,
  },
})
