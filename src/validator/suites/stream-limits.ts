import { ALTERNATE_STREAMS_MAX } from '../../protocol/names.ts'
import type { Step } from '../cases/case.ts'
import type { ContentStream } from '../cases/request.ts'
import { type CaseDraft, clause } from './define-group.ts'
import { LIMIT_REFUSALS } from './expectations.ts'
import { lock, RELEASE, unlock } from './locks.ts'
import { streamsAre } from './reads.ts'
import {
  alternate,
  BEGIN_COAUTHORING,
  main,
  NUMBER_UNCHANGED,
  putFile,
  save,
  saveRefused,
  unlockedWith,
} from './saves.ts'

/** The main content and a stream beside it. */
export const BOTH = [main('In the file'), alternate('Beside the file')]
/** A coauthored file with an alternate stream. */
export const BEGIN: readonly Step[] = [
  ...unlockedWith('Before'),
  ...BEGIN_COAUTHORING,
  save({ streams: BOTH }),
]

const AT_MOST = clause('PutChunkedFile', 'A file has at most 256 alternate streams.')

/** Cases at the limit of streams, and beyond it. */
export const STREAM_LIMITS: Readonly<Record<string, CaseDraft>> = {
  MostStreams: {
    description: 'Saves 256 streams beside the file.',
    clause: AT_MOST,
    requests: [
      ...BEGIN,
      save({
        streams: [main('Many'), ...manyStreams(ALTERNATE_STREAMS_MAX - 1), alternate('Last')],
      }),
      streamsAre(main('Many'), alternate('s', 'Wopikit254'), alternate('Last')),
    ],
    cleanup: [...RELEASE, lock(), putFile(''), unlock()],
  },
  TooManyStreams: {
    description: 'Saves 257 streams beside the file.',
    clause: AT_MOST,
    requests: [
      ...BEGIN,
      saveRefused(LIMIT_REFUSALS, {
        streams: [main('Many'), ...manyStreams(ALTERNATE_STREAMS_MAX + 1)],
      }),
      NUMBER_UNCHANGED,
      streamsAre(...BOTH),
    ],
    cleanup: [...RELEASE, lock(), putFile(''), unlock()],
  },
  TooManyStreamsInTwoRequests: {
    description: 'Saves 256 streams beside one that is there already.',
    clause: AT_MOST,
    requests: [
      ...BEGIN,
      saveRefused(LIMIT_REFUSALS, {
        streams: [main('Many'), ...manyStreams(ALTERNATE_STREAMS_MAX)],
      }),
      NUMBER_UNCHANGED,
      streamsAre(...BOTH),
    ],
    cleanup: [...RELEASE, lock(), putFile(''), unlock()],
  },
}

function manyStreams(count: number): ContentStream[] {
  return Array.from({ length: count }, (_, index) => alternate('s', `Wopikit${index}`))
}
