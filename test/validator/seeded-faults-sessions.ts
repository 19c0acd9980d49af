import { HEADERS, OVERRIDES } from '../../src/protocol/names.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  type Send,
} from '../../src/validator/http-message.ts'
import type { TestStores } from '../helpers/test-host.ts'
import {
  answering,
  changing,
  currentNumber,
  editMessage,
  type Fault,
  messageOf,
  on,
  overrideOf,
  withEndFrame,
  withHeader,
} from './seeded-faults-proxy.ts'

const { createUploadSession: CREATE, updateUploadSession: UPDATE, putChunkedFile: PUT } = OVERRIDES
const OFFSET = HEADERS.uploadSessionCurrentOffset

/** Faults of upload sessions and of the frames that they take. */
export const SESSION_FAULTS: readonly Fault[] = [
  {
    does: 'does not tell where the session stands when a part is refused',
    proxy: answering(UPDATE, (answer) =>
      answer.status === 400 ? withHeader(answer, OFFSET, undefined) : answer,
    ),
    seenBy: ['UploadSessions.AppendBehindAGap', 'UploadSessions.RepeatAfterALostReply'],
  },
  {
    does: 'does not tell where the session stands when a part was taken',
    proxy: answering(UPDATE, (answer) => withHeader(answer, OFFSET, undefined)),
    seenBy: ['UploadSessions.AppendOnce'],
  },
  {
    does: 'counts a byte too many',
    proxy: answering(UPDATE, (answer) => {
      const offset = headerOf(answer.headers, OFFSET)
      return withHeader(answer, OFFSET, offset && String(Number(offset) + 1))
    }),
    seenBy: ['UploadSessions.AppendOnce', 'UploadSessions.AppendOverlapping'],
  },
  {
    does: 'takes a part behind a gap as if there were none',
    proxy: on(UPDATE, async (request, host) => {
      const answer = await host(request)
      const stands = headerOf(answer.headers, OFFSET)
      if (answer.status !== 400 || !stands) return answer
      return host(withHeader(request, HEADERS.contentRangeOffset, stands))
    }),
    seenBy: ['UploadSessions.AppendBehindAGap', 'UploadSessions.FirstPartNotAtZero'],
  },
  {
    does: 'answers a part that it has already as if it had taken it',
    proxy: on(UPDATE, async (request, host) => {
      const answer = await host(request)
      const end =
        Number(headerOf(request.headers, HEADERS.contentRangeOffset)) + (request.body?.length ?? 0)
      const has = headerOf(answer.headers, OFFSET) === String(end)
      return answer.status === 400 && has ? { ...answer, status: 200 } : answer
    }),
    seenBy: ['UploadSessions.RepeatAfterALostReply', 'SessionRaces.FirstPart'],
  },
  {
    does: 'takes two parts for the same place when they come at once',
    stores: looseAppends,
    seenBy: ['SessionRaces.FirstPart', 'SessionRaces.LaterPart'],
  },
  {
    does: 'does not compare the length of a part with what was announced',
    proxy: changing(UPDATE, (request) =>
      withHeader(request, HEADERS.contentRangeLength, String(request.body?.length ?? 0)),
    ),
    seenBy: ['UploadSessions.LengthLargerThanTheBody', 'UploadSessions.LengthSmallerThanTheBody'],
  },
  {
    does: 'takes a missing offset for 0',
    proxy: changing(UPDATE, (request) =>
      headerOf(request.headers, HEADERS.contentRangeOffset) === undefined
        ? withHeader(request, HEADERS.contentRangeOffset, '40')
        : request,
    ),
    seenBy: ['UploadSessions.OffsetMissing'],
  },
  {
    does: 'answers an unknown token 404',
    proxy: answering(UPDATE, (answer) =>
      answer.status === 410 ? { ...answer, status: 404 } : answer,
    ),
    seenBy: ['UploadSessions.UnknownToken', 'SessionExpiry.Update'],
  },
  {
    does: 'gives every session the same token',
    proxy: sameToken,
    seenBy: ['UploadSessions.SeveralAtOnce'],
  },
  {
    does: 'gives no token',
    proxy: answering(CREATE, (answer) => ({
      ...withHeader(answer, 'Content-Length', '2'),
      body: new TextEncoder().encode('{}'),
    })),
    seenBy: ['UploadSessions.Create'],
  },
  {
    does: 'does not look at the access token',
    proxy: changing('*', (request) => ({
      ...request,
      url: request.url.replace('access_token=INVALID', 'access_token=alice%3Aall'),
    })),
    seenBy: [
      'UploadSessions.CreateWithInvalidToken',
      'UploadSessions.UpdateWithInvalidToken',
      'ContentStreams.SaveWithInvalidToken',
    ],
  },
  {
    does: 'forgets a session when its commit fails',
    proxy: forgetsAfterFailure,
    seenBy: ['SessionCommits.AtAnOldNumber', 'SessionCommits.UnderAWrongLock'],
  },
  {
    does: 'ignores a token that it does not know',
    proxy: on(PUT, async (request, host) => {
      const answer = await host(request)
      return answer.status === 410 ? host(withoutToken(request)) : answer
    }),
    seenBy: ['SessionCommits.CommitAgain', 'SessionCommits.UnknownToken'],
  },
  {
    does: 'saves once more when a commit is repeated',
    proxy: savesRepeats,
    seenBy: ['SessionCommits.RepeatAfterALostReply'],
  },
  {
    does: 'takes parts for a session that was committed',
    proxy: answering(UPDATE, (answer) =>
      answer.status === 410 ? withHeader({ ...answer, status: 200 }, OFFSET, '0') : answer,
    ),
    seenBy: ['SessionCommits.UpdateAfterTheCommit', 'UploadSessions.UnknownToken'],
  },
  {
    does: 'takes sessions for those of any file',
    proxy: anyFile,
    seenBy: ['OtherFiles.UpdateSessionOfAnotherFile'],
  },
  {
    does: 'lets sessions live too long',
    stores: lifetimes(10),
    seenBy: ['SessionExpiry.Update', 'SessionExpiry.Commit'],
  },
  {
    does: 'lets sessions live from their first update only',
    stores: lifetimes(0.5),
    seenBy: ['SessionExpiry.LivesFromItsLastUpdate'],
  },
  {
    does: 'needs a session to end between frames',
    proxy: on(UPDATE, async (request, host) => {
      const cut = request.body !== undefined && request.body.length % 64 === 40
      return cut
        ? { status: 400, headers: [[OFFSET, '0']], body: new Uint8Array(0) }
        : host(request)
    }),
    seenBy: ['UploadSessions.AppendBehindAGap', 'SessionFrames.ForgedChunkInTwoParts'],
  },
  {
    does: 'fails when frames cannot be read',
    proxy: answering(PUT, (answer) =>
      answer.status === 400 ? { ...answer, status: 500 } : answer,
    ),
    seenBy: ['Frames.Put.TypeZero', 'Frames.Put.MessageNoJson', 'Frames.Put.ChunkRange'],
  },
  {
    does: 'does without the EndFrame',
    proxy: on(PUT, async (request, host) => {
      const answer = await host(request)
      return answer.status === 400 ? host(withEndFrame(request)) : answer
    }),
    seenBy: ['Frames.Put.NoEndFrame'],
  },
]

function withoutToken(request: HttpRequest): HttpRequest {
  return editMessage(request, (message) => {
    message.UploadSessionTokenToCommit = null
  })
}

function tokenOf(request: HttpRequest): string | undefined {
  const token =
    overrideOf(request) === PUT
      ? messageOf(request)?.message.UploadSessionTokenToCommit
      : headerOf(request.headers, HEADERS.uploadSessionToken)
  return token || undefined
}

function sameToken(host: Send): Send {
  let first: HttpResponse | undefined
  return on(CREATE, async (request) => {
    first ??= await host(request)
    return first
  })(host)
}

function forgetsAfterFailure(host: Send): Send {
  const forgotten = new Set<string>()
  return on([PUT, UPDATE], async (request) => {
    const token = tokenOf(request)
    if (token && forgotten.has(token)) return { status: 410, headers: [], body: new Uint8Array(0) }
    const answer = await host(request)
    if (token && overrideOf(request) === PUT && answer.status !== 200) forgotten.add(token)
    return answer
  })(host)
}

function savesRepeats(host: Send): Send {
  const committed = new Set<string>()
  return on(PUT, async (request) => {
    const token = tokenOf(request)
    if (!token) return host(request)
    if (committed.has(token)) {
      const number = await currentNumber(request, host)
      return host(withoutToken(withHeader(request, HEADERS.sequenceNumber, number)))
    }
    const answer = await host(request)
    if (answer.status === 200) committed.add(token)
    return answer
  })(host)
}

function anyFile(host: Send): Send {
  let opened = ''
  return on([CREATE, UPDATE], (request) => {
    if (overrideOf(request) === CREATE) opened = request.url
    return host({ ...request, url: opened })
  })(host)
}

/** Appends wherever the session ends by now. */
function looseAppends({ metadata, blobs }: TestStores): TestStores {
  return {
    blobs,
    metadata: {
      ...metadata,
      async appendFragment(fragment) {
        const first = await metadata.appendFragment(fragment)
        if (first.ok || first.reason !== 'moved') return first
        return metadata.appendFragment({ ...fragment, offset: first.received })
      },
    },
  }
}

/** Gives sessions another life with each update. */
function lifetimes(factor: number): (stores: TestStores) => TestStores {
  return ({ metadata, blobs }) => ({
    blobs,
    metadata: {
      ...metadata,
      appendFragment: (fragment) =>
        metadata.appendFragment({ ...fragment, lifetimeMs: fragment.lifetimeMs * factor }),
    },
  })
}
