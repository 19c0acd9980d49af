import { chunkIdAt, writeChunkId } from '../../src/protocol/chunking/chunk-id.ts'
import {
  CHUNK_ID_AT,
  EXTENDED_HEADER_SIZE_AT,
  FRAME_HEADER_BYTES,
  PAYLOAD_SIZE_AT,
  RANGE_FLAGS_AT,
} from '../../src/protocol/frames/layout.ts'
import { OVERRIDES } from '../../src/protocol/names.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import type { HttpRequest, HttpResponse, Send } from '../../src/validator/http-message.ts'
import {
  answering,
  changing,
  editMessage,
  type Fault,
  type Message,
  overrideOf,
  type Wrap,
  withBody,
  withHeader,
} from './seeded-faults-proxy.ts'

const { putChunkedFile: PUT, getChunkedFile: GET, getChunks: GET_CHUNKS } = OVERRIDES
const KEEP = 'KeepOnContentChange'
const DELETE = 'DeleteOnContentChange'

/** Faults of what files hold. */
export const CONTENT_FAULTS: readonly Fault[] = [
  {
    does: 'announces a body of another length',
    proxy: (host) => async (request) => {
      const answer = await host(request)
      if (!isGetFile(request)) return answer
      return withHeader(answer, 'Content-Length', String(answer.body.length + 1))
    },
    seenBy: ['LockMatrix.GetFile.OnUnlocked'],
  },
  {
    does: 'gives the content of the first read ever after',
    proxy: staleContent,
    seenBy: ['SaveRaces.PutFileUnderOneLock', 'LockMatrix.PutFile.OnWopiLocked'],
  },
  {
    does: 'checks no ChunkIds',
    proxy: trustsChunkIds,
    seenBy: ['Frames.Put.ForgedChunk'],
  },
  {
    does: 'sends whole chunks where ranges are asked for',
    proxy: ranges((range) => {
      range.Offset = 0
      range.Length = -1
    }),
    seenBy: ['ChunkRange.Middle', 'ChunkRange.LastByte', 'GetChunks.SeveralStreams'],
  },
  {
    does: 'takes a length of -1 for no bytes',
    proxy: ranges((range) => {
      range.Length = Math.max(range.Length, 0)
    }),
    seenBy: ['ChunkRange.ToTheEnd', 'ChunkRange.Resumed'],
  },
  {
    does: 'says of no range that it ends its chunk',
    proxy: flags(0),
    seenBy: ['ChunkRange.WholeChunk', 'ChunkRange.LastByte'],
  },
  {
    does: 'says of every range that it ends its chunk',
    proxy: flags(1),
    seenBy: ['ChunkRange.FirstByte', 'ChunkRange.AllButTheLastByte'],
  },
  {
    does: 'refuses chunks that the file no longer has',
    proxy: answering(GET_CHUNKS, (answer) => {
      const empty = new TextDecoder().decode(answer.body).includes('"ChunkIds":[]')
      return empty ? { ...answer, status: 404 } : answer
    }),
    seenBy: ['GetChunks.NoneOfTheChunksIsThere', 'GetChunks.TellsThatTheFileHasChanged'],
  },
  {
    does: 'does not save streams beside the main content',
    proxy: saving((message) => {
      message.Signatures = message.Signatures?.filter(({ StreamId }) => StreamId === 'MainContent')
    }),
    seenBy: ['ContentStreams.Saved', 'SessionCommits.WithInlineFrames'],
  },
  {
    does: 'deletes streams that a save does not name',
    proxy: saving((message) => {
      if (!message.Signatures?.some(({ StreamId }) => StreamId === 'Alternate'))
        message.Signatures?.push({
          StreamId: 'Alternate',
          ChunkingScheme: 'FullFile',
          ChunkSignatures: [],
        })
    }),
    seenBy: ['ContentStreams.MainContentOnly'],
  },
  {
    does: 'keeps all but 256 streams to itself',
    proxy: saving((message) => {
      message.Signatures = message.Signatures?.slice(0, 200)
    }),
    seenBy: ['ContentStreams.TooManyStreams', 'ContentStreams.MostStreams'],
  },
  {
    does: 'keeps DeleteOnContentChange properties when the file changes otherwise',
    proxy: saving((message) => {
      for (const property of message.ContentProperties ?? []) property.Retention = KEEP
    }),
    seenBy: ['ContentProperties.DeletedByPutFile', 'ContentProperties.Saved'],
  },
  {
    does: 'clears KeepOnContentChange properties when the file changes otherwise',
    proxy: saving((message) => {
      for (const property of message.ContentProperties ?? []) property.Retention = DELETE
    }),
    seenBy: ['ContentProperties.KeptByPutFile'],
  },
  {
    does: 'cuts names and values of properties that are too long',
    proxy: saving((message) => {
      for (const property of message.ContentProperties ?? []) {
        property.Name = property.Name.slice(0, 256)
        property.Value = property.Value.slice(0, 1024)
      }
    }),
    seenBy: ['ContentProperties.NameTooLong', 'ContentProperties.ValueTooLarge'],
  },
  {
    does: 'drops properties beyond a number',
    proxy: saving((message) => {
      message.ContentProperties = message.ContentProperties?.slice(0, 100)
    }),
    seenBy: ['ContentProperties.TooMany', 'ContentProperties.TooManyInTwoRequests'],
  },
  {
    does: 'sends chunks that the client knows',
    proxy: changing(GET, (request) =>
      editMessage(request, ({ ContentFilters = [] }) => {
        for (const filter of ContentFilters) filter.AlreadyKnownChunks = []
      }),
    ),
    seenBy: ['ZipStreams.KnownChunks', 'ZipStreams.SomeChunksKnown'],
  },
  {
    does: 'sends all chunks whatever the client wants',
    proxy: changing(GET, (request) =>
      editMessage(request, ({ ContentFilters = [] }) => {
        for (const filter of ContentFilters) filter.ChunksToReturn = 'All'
      }),
    ),
    seenBy: ['ZipStreams.NoChunksAskedFor', 'ZipStreams.LastChunkAskedFor'],
  },
  {
    does: 'refuses to be read while it is locked',
    proxy: refusesLocked,
    seenBy: [
      'GetChunks.WhileLocked',
      'SequenceNumbers.ReadWhileLocked',
      'ContentStreams.ReadWhileLocked',
    ],
  },
]

function saving(edit: (message: Message) => void): Wrap {
  return changing(PUT, (request) => editMessage(request, edit))
}

function ranges(edit: (range: { Offset: number; Length: number }) => void): Wrap {
  return changing(GET_CHUNKS, (request) =>
    editMessage(request, ({ ContentFilters = [] }) => {
      for (const { ChunkRangesToReturn = [] } of ContentFilters) ChunkRangesToReturn.forEach(edit)
    }),
  )
}

function staleContent(host: Send): Send {
  let first: HttpResponse | undefined
  return async (request) => {
    if (!isGetFile(request)) return host(request)
    first ??= withBody(await host(request), new TextEncoder().encode('Read before'))
    return first
  }
}

function isGetFile({ method, url }: HttpRequest): boolean {
  return method === 'GET' && url.includes('/contents?')
}

function trustsChunkIds(host: Send): Send {
  return changing(PUT, trustingChunkIds)(host)
}

function trustingChunkIds(request: HttpRequest): HttpRequest {
  const { body } = request
  if (!body) return request
  const trusted = new Map<string, string>()
  const bytes = new Uint8Array(body)
  for (const { type, at, payload } of framesOf(bytes)) {
    if (type !== 3) continue
    const [claimed, actual] = [chunkIdAt(bytes, at + CHUNK_ID_AT), chunkIdOf(payload)]
    trusted.set(claimed, actual)
    writeChunkId(actual, bytes, at + CHUNK_ID_AT)
  }
  return editMessage({ ...request, body: bytes }, ({ Signatures = [] }) => {
    for (const chunk of Signatures.flatMap(({ ChunkSignatures }) => ChunkSignatures))
      chunk.ChunkId = trusted.get(chunk.ChunkId) ?? chunk.ChunkId
  })
}

function refusesLocked(host: Send): Send {
  let locked = false
  return async (request) => {
    const override = overrideOf(request)
    const reads = [GET, GET_CHUNKS, OVERRIDES.getSequenceNumber].some((own) => own === override)
    if (locked && reads) return { status: 409, headers: [], body: new Uint8Array(0) }
    const answer = await host(request)
    if (answer.status === 200 && override === OVERRIDES.lock) locked = true
    if (answer.status === 200 && override === OVERRIDES.unlock) locked = false
    return answer
  }
}

/** Sets the flag of all ChunkRange frames. */
function flags(value: number): Wrap {
  return answering(GET_CHUNKS, (answer) => {
    const body = new Uint8Array(answer.body)
    for (const { type, at } of framesOf(body)) if (type === 4) body[at + RANGE_FLAGS_AT + 3] = value
    return { ...answer, body }
  })
}

/** The frames of a body that may be cut anywhere. */
function* framesOf(body: Uint8Array): Generator<{ type: number; at: number; payload: Uint8Array }> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let at = 0
  while (at + FRAME_HEADER_BYTES <= body.length) {
    const start = at + FRAME_HEADER_BYTES + view.getUint32(at + EXTENDED_HEADER_SIZE_AT)
    const end = start + Number(view.getBigUint64(at + PAYLOAD_SIZE_AT))
    if (end > body.length) return
    yield { type: view.getUint32(at), at, payload: body.subarray(start, end) }
    at = end
  }
}
