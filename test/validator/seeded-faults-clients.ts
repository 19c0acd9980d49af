import { HEADERS, OVERRIDES } from '../../src/protocol/names.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  type Send,
} from '../../src/validator/http-message.ts'
import { tokenOf, withToken } from '../../src/validator/requests/addresses.ts'
import { answering, changing, type Fault, on, withBody, withHeader } from './seeded-faults-proxy.ts'

const NOT_FOUND: HttpResponse = { status: 404, headers: [], body: new Uint8Array(0) }

/** Faults that real clients find, and Microsoft's pages do not speak of. */
export const CLIENT_FAULTS: readonly Fault[] = [
  {
    does: 'carries pipelined requests out in another order',
    pipelined: (host) => async (requests, signal) =>
      (await host(requests.toReversed(), signal)).toReversed(),
    seenBy: ['ClientSaves.PipelinedSaves', 'ClientSaves.PipelinedLockAndSave'],
  },
  {
    does: 'stores bodies as they are encoded',
    proxy: changing(OVERRIDES.put, (request) => withHeader(request, 'Content-Encoding', undefined)),
    seenBy: ['ClientSaves.GzipBody', 'ClientSaves.UnknownEncoding'],
  },
  {
    does: 'tells times in whole seconds, and the clock does not go on between two saves',
    proxy: editingJson((json) => {
      if ('LastModifiedTime' in json) json.LastModifiedTime = '2026-01-01T00:00:00Z'
    }),
    seenBy: ['ClientTimes.TimesOfSaves', 'ClientSaves.TimesInReplies'],
  },
  {
    does: 'tells no time with a save',
    proxy: on(OVERRIDES.put, async (request, host) =>
      withBody(await host(request), new TextEncoder().encode('{}')),
    ),
    seenBy: ['ClientTimes.TimeOfASave'],
  },
  {
    does: 'demands locks where it has promised none',
    proxy: on(OVERRIDES.put, async (request, host) =>
      headerOf(request.headers, HEADERS.lock) === undefined
        ? { ...NOT_FOUND, status: 409 }
        : host(request),
    ),
    features: { properties: () => ({ SupportsLocks: false }) },
    seenBy: ['UnlockedSaves.WithoutLock'],
  },
  {
    does: 'compares request lines as texts',
    proxy: (host) => async (request) => (request.absoluteForm ? NOT_FOUND : host(request)),
    seenBy: ['ClientHttp.AbsoluteForm'],
  },
  {
    does: 'does not know HEAD',
    proxy: on('HEAD', async () => NOT_FOUND),
    seenBy: [
      'ClientHttp.HeadOfCheckFileInfo',
      'ClientHttp.HeadOfContent',
      'ClientFileUrl.HeadOfFileUrl',
    ],
  },
  {
    does: 'answers HEAD for everybody',
    proxy: on('HEAD', async () => ({ ...NOT_FOUND, status: 200 })),
    seenBy: ['ClientHttp.HeadWithAnInvalidToken'],
  },
  {
    does: 'sends the content again to clients that have it',
    proxy: on('GET', async (request, host) =>
      withTag(await host(withHeader(request, 'If-None-Match', undefined))),
    ),
    seenBy: ['ClientCache.SameContent', 'ClientFileUrlCache.SameContent'],
  },
  {
    does: 'takes every entity tag for that of now',
    proxy: on('GET', async (request, host) =>
      headerOf(request.headers, 'If-None-Match') === undefined
        ? withTag(await host(request))
        : { ...NOT_FOUND, status: 304 },
    ),
    seenBy: ['ClientCache.ChangedContent', 'ClientFileUrlCache.ChangedContent'],
  },
  {
    does: 'reads tokens as lenient decoders do',
    proxy: lenientTokens,
    seenBy: [
      'ClientTokens.Padding',
      'ClientTokens.UnknownSign',
      'ClientTokens.Letter',
      'ClientTokens.Dot',
      'ClientTokens.LastBit',
    ],
  },
  {
    does: 'leaves out what is false',
    proxy: editingJson((json) => {
      for (const [name, value] of Object.entries(json)) if (value === false) delete json[name]
    }),
    seenBy: ['ClientReplies.UserCanNotWriteRelative'],
  },
  {
    does: 'replies to a copy without its name',
    proxy: editingJson((json) => {
      if ('Url' in json) delete json.Name
    }),
    seenBy: ['ClientNewFiles.PutRelativeFileReply'],
  },
  {
    does: 'replies to a new name with nothing',
    proxy: on(OVERRIDES.renameFile, async (request, host) =>
      withBody(await host(request), new TextEncoder().encode('{}')),
    ),
    seenBy: ['ClientRenames.Name', 'ClientRenames.Url', 'ClientRenames.LastModifiedTime'],
  },
]

/** A host may send none. */
function withTag(answer: HttpResponse): HttpResponse {
  return headerOf(answer.headers, 'ETag') === undefined ? withHeader(answer, 'ETag', '"1"') : answer
}

/** Changes the JSON of every answer that has some. */
function editingJson(edit: (json: Record<string, unknown>) => void): (host: Send) => Send {
  return answering('*', (answer) => {
    try {
      const json = JSON.parse(new TextDecoder().decode(answer.body))
      if (typeof json !== 'object' || json === null) return answer
      edit(json)
      return withBody(answer, new TextEncoder().encode(JSON.stringify(json)))
    } catch {
      return answer
    }
  })
}

/** Takes every token that is not `INVALID`, and begins as the first one did, for the first one. */
function lenientTokens(host: Send): Send {
  let first: string | undefined
  return async (request) => {
    const token = tokenOf(request.url)
    first ??= token
    const lenient = first && token?.startsWith(first.slice(0, -1))
    return host(lenient ? withTokenOf(request, first as string) : request)
  }
}

function withTokenOf(request: HttpRequest, token: string): HttpRequest {
  return withHeader(
    { ...request, url: withToken(request.url, token) },
    'Authorization',
    `Bearer ${token}`,
  )
}
