import type { DocumentRecord } from '../../src/ports/metadata/documents.ts'
import { END_FRAME, encodeMessage } from '../../src/protocol/frames/encoder.ts'
import { FRAME_HEADER_BYTES, PAYLOAD_SIZE_AT } from '../../src/protocol/frames/layout.ts'
import { HEADERS } from '../../src/protocol/names.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  type Send,
} from '../../src/validator/http-message.ts'
import { concat, type TestStores } from '../helpers/test-host.ts'
import type { BuiltInOptions, Wrapping } from './built-in-host.ts'

/** One thing that a host does wrong, and cases that have to see it. */
export interface Fault extends Wrapping {
  /** What the broken host does: `forgets …`. */
  does: string
  /** How the host is set up. */
  features?: BuiltInOptions['features']
  /** Names of built-in cases, all of which must fail. */
  seenBy: readonly string[]
}

export type Wrap = Wrapping['proxy'] & object

/** Does something else with requests of some operations; all others go through. */
export function on(
  overrides: string | readonly string[],
  act: (request: HttpRequest, host: Send) => Promise<HttpResponse>,
): Wrap {
  return (host) => (request) => (isOne(request, overrides) ? act(request, host) : host(request))
}

/** Changes requests of some operations. */
export function changing(
  overrides: string | readonly string[],
  change: (request: HttpRequest) => HttpRequest,
): Wrap {
  return on(overrides, (request, host) => host(change(request)))
}

/** Changes the answers of some operations. */
export function answering(
  overrides: string | readonly string[],
  change: (answer: HttpResponse) => HttpResponse,
): Wrap {
  return on(overrides, async (request, host) => change(await host(request)))
}

/** Value of X-WOPI-Override, or the method where there is none. */
export function overrideOf({ headers, method }: HttpRequest): string {
  return headerOf(headers, HEADERS.override) ?? method
}

/** The message with another value of a header, or without it. */
export function withHeader<Message extends HttpRequest | HttpResponse>(
  message: Message,
  name: string,
  value: string | undefined,
): Message {
  const others = message.headers.filter(([own]) => own.toLowerCase() !== name.toLowerCase())
  return { ...message, headers: value === undefined ? others : [...others, [name, value]] }
}

/** The answer with another body, and a Content-Length that fits. */
export function withBody(answer: HttpResponse, body: Uint8Array): HttpResponse {
  return withHeader({ ...answer, body }, 'Content-Length', String(body.length))
}

/** The message of a body of frames, as these faults need to see it. */
export interface Message {
  UploadSessionTokenToCommit?: string | null
  ContentProperties?: { Name: string; Value: string; Retention: string }[] | undefined
  Signatures?:
    | {
        StreamId: string
        ChunkingScheme?: string
        ChunkSignatures: { ChunkId: string }[]
      }[]
    | undefined
  ContentFilters?: {
    ChunksToReturn?: string
    AlreadyKnownChunks?: string[]
    ChunkRangesToReturn?: { Offset: number; Length: number }[]
  }[]
}

/** What a request of frames says; `undefined` when it makes no sense. */
export function messageOf({
  body,
}: HttpRequest): { message: Message; rest: Uint8Array } | undefined {
  if (!body || body.length < FRAME_HEADER_BYTES) return undefined
  const view = new DataView(body.buffer, body.byteOffset)
  const end = FRAME_HEADER_BYTES + Number(view.getBigUint64(PAYLOAD_SIZE_AT))
  try {
    const json = new TextDecoder().decode(body.subarray(FRAME_HEADER_BYTES, end))
    return { message: JSON.parse(json) as Message, rest: body.subarray(end) }
  } catch {
    return undefined
  }
}

/** The request with a message that was changed in place; as it is when that makes no sense. */
export function editMessage(request: HttpRequest, edit: (message: Message) => void): HttpRequest {
  const found = messageOf(request)
  if (!found) return request
  edit(found.message)
  const json = new TextEncoder().encode(JSON.stringify(found.message))
  return { ...request, body: concat([encodeMessage(json), found.rest]) }
}

/** The request with an EndFrame behind its body. */
export function withEndFrame(request: HttpRequest): HttpRequest {
  return { ...request, body: concat([request.body ?? new Uint8Array(0), END_FRAME]) }
}

/** The sequence number of now. */
export async function currentNumber(request: HttpRequest, host: Send): Promise<string> {
  const question = withHeader(request, HEADERS.override, 'GET_SEQUENCE_NUMBER')
  const { headers } = await host({
    ...question,
    url: question.url.replace('/contents?', '?'),
    body: new Uint8Array(0),
  })
  return headerOf(headers, HEADERS.sequenceNumber) ?? ''
}

function isOne(request: HttpRequest, overrides: string | readonly string[]): boolean {
  const own = overrideOf(request)
  return overrides === '*' || [overrides].flat().includes(own)
}

/** Stores that can find a document by its key as well, once it was read. */
export function readingByKey({ metadata }: TestStores): {
  metadata: TestStores['metadata']
  find(documentKey: string): Promise<DocumentRecord | undefined>
} {
  const fileIds = new Map<string, string>()
  return {
    metadata: {
      ...metadata,
      async readDocument(fileId) {
        const found = await metadata.readDocument(fileId)
        if (found) fileIds.set(found.document.key, fileId)
        return found
      },
    },
    find: async (documentKey) =>
      (await metadata.readDocument(fileIds.get(documentKey) ?? ''))?.document,
  }
}
