import { HEADERS, OVERRIDES } from '../../src/protocol/names.ts'
import { type HttpResponse, headerOf, type Send } from '../../src/validator/http-message.ts'
import type { TestStores } from '../helpers/test-host.ts'
import {
  answering,
  currentNumber,
  type Fault,
  on,
  overrideOf,
  readingByKey,
  withHeader,
} from './seeded-faults-proxy.ts'

const { putChunkedFile: PUT } = OVERRIDES
const NUMBER = HEADERS.sequenceNumber

/** Faults of sequence numbers and versions. */
export const NUMBER_FAULTS: readonly Fault[] = [
  {
    does: 'does not tell the current number with a 412',
    proxy: answering(PUT, (answer) =>
      answer.status === 412 ? withHeader(answer, NUMBER, undefined) : answer,
    ),
    seenBy: ['SequenceNumbers.SaveAtAPassedNumber', 'ChunkedSaveRaces.PutChunkedFile'],
  },
  {
    does: 'answers a number that has passed 409',
    proxy: answering(PUT, (answer) =>
      answer.status === 412 ? { ...answer, status: 409 } : answer,
    ),
    seenBy: ['SequenceNumbers.SaveAtAPassedNumber', 'ContentStreams.NothingAtAnotherNumber'],
  },
  {
    does: 'does not compare numbers, so that a save overwrites that of another client',
    proxy: on(PUT, async (request, host) =>
      host(withHeader(request, NUMBER, await currentNumber(request, host))),
    ),
    seenBy: ['SequenceNumbers.SaveAtAPassedNumber', 'SessionCommits.AtAnOldNumber'],
  },
  {
    does: 'compares numbers and saves in two steps',
    stores: looseCommits,
    seenBy: ['ChunkedSaveRaces.PutChunkedFile', 'SessionRaces.CommitTwoSessions'],
  },
  {
    does: 'does not count updates by PutFile',
    proxy: forgetsPutFile,
    seenBy: ['SequenceNumbers.GrowsWithPutFile'],
  },
  {
    does: 'counts reads as well',
    proxy: countsReads,
    seenBy: ['SequenceNumbers.StaysWhenRead'],
  },
  {
    does: 'begins to count at 0',
    proxy: answering(OVERRIDES.getSequenceNumber, (answer) => withHeader(answer, NUMBER, '0')),
    seenBy: ['SequenceNumbers.Positive'],
  },
  {
    does: 'tells the version before a save',
    proxy: staleVersion,
    seenBy: ['SequenceNumbers.VersionOfASave', 'SequenceNumbers.OtherVersionAfterASave'],
  },
  {
    does: 'tells no version with a save',
    proxy: answering(PUT, (answer) => withHeader(answer, HEADERS.itemVersion, undefined)),
    seenBy: ['ContentStreams.Saved', 'SessionCommits.Commit'],
  },
]

/** Saves over whatever state there is by now. */
function looseCommits(stores: TestStores): TestStores {
  const latest = readingByKey(stores)
  return {
    blobs: stores.blobs,
    metadata: {
      ...latest.metadata,
      async commit(commit) {
        for (;;) {
          const document = await latest.find(commit.documentKey)
          if (!document) return stores.metadata.commit(commit)
          const { manifestId, lockVersion, sequenceNumber } = document
          const expected = { ...commit.expected, manifestId, lockVersion }
          const next = { ...commit, expected, sequenceNumber: sequenceNumber + 1 }
          const committed = await stores.metadata.commit(next)
          if (committed.ok || committed.reason !== 'changed') return committed
        }
      },
    },
  }
}

function forgetsPutFile(host: Send): Send {
  let known: HttpResponse | undefined
  return async (request) => {
    const override = overrideOf(request)
    if (override === PUT) known = undefined
    if (override !== OVERRIDES.getSequenceNumber) return host(request)
    known ??= await host(request)
    return known
  }
}

function countsReads(host: Send): Send {
  let reads = 0
  return async (request) => {
    const answer = await host(request)
    if (overrideOf(request) === 'GET') reads++
    const number = headerOf(answer.headers, NUMBER)
    return number ? withHeader(answer, NUMBER, String(Number(number) + reads)) : answer
  }
}

function staleVersion(host: Send): Send {
  let before = 'none'
  return on(PUT, async (request) => {
    const answer = await host(request)
    const version = headerOf(answer.headers, HEADERS.itemVersion)
    if (!version) return answer
    const stale = withHeader(answer, HEADERS.itemVersion, before)
    before = version
    return stale
  })(host)
}
