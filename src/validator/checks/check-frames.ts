import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { createFrameDecoder, FrameError } from '../../protocol/frames/decoder.ts'
import type { Frame } from '../../protocol/frames/layout.ts'
import { MessageError } from '../../protocol/message-error.ts'
import {
  type GetChunkedFileResponse,
  parseGetChunkedFileResponse,
} from '../../protocol/messages.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import type {
  ContentPropertyValidator,
  FramesValidator,
  StreamValidator,
} from '../cases/validator.ts'
import type { HttpResponse } from '../http-message.ts'
import { jsonOf } from '../json/json-body.ts'
import { bytesOf, chunksOf, firstDifference } from '../requests/content.ts'
import type { CheckContext, Problem } from './check-context.ts'
import { checkAgainstSchema, checkProperties } from './check-json.ts'
import { rangesFault } from './check-ranges.ts'

/** A body that was taken apart. */
interface Framed {
  message: Uint8Array
  /** Chunk and ChunkRange frames in their order. */
  blobs: { frame: Frame; payload: Uint8Array }[]
  /** Whole chunks by id. */
  chunks: Map<ChunkId, Uint8Array>
}

/** Checks a body of frames (page "encode-send-data"); stops at the first thing that is wrong. */
export async function checkFrames(
  { body }: HttpResponse,
  validator: FramesValidator,
  context: CheckContext,
): Promise<Problem[]> {
  const framed = takeApart(body)
  if ('problem' in framed) return [{ message: framed.problem }]
  const problems = checkMessage(framed, validator, context)
  if (problems.length > 0) return problems
  const fault =
    blobsFault(framed, validator, context) ?? (await contentFault(framed, validator, context))
  return fault === undefined ? [] : [{ message: fault }]
}

function takeApart(body: Uint8Array): Framed | { problem: string } {
  const decoder = createFrameDecoder()
  const frames: { frame: Frame; payload: Uint8Array }[] = []
  try {
    // The body is pushed at once, so a payload comes in one piece.
    for (const event of decoder.push(body)) {
      if (event.kind === 'frame') frames.push({ frame: event.frame, payload: new Uint8Array(0) })
      else if (event.kind === 'payload') (frames.at(-1) as Framed['blobs'][0]).payload = event.bytes
    }
    decoder.finish()
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return { problem: `The frames cannot be read: ${error.message}` }
  }
  if (!decoder.ended) return { problem: 'The body has no EndFrame' }
  return sort(frames.slice(0, -1))
}

function sort([first, ...blobs]: Framed['blobs']): Framed | { problem: string } {
  if (first?.frame.type !== 'MessageJSON')
    return { problem: 'The first frame is not a MessageJSON' }
  if (blobs.some(({ frame }) => frame.type === 'MessageJSON')) {
    return { problem: 'There is a second MessageJSON' }
  }
  const chunks = new Map<ChunkId, Uint8Array>()
  for (const { frame, payload } of blobs) {
    if (frame.type !== 'Chunk') continue
    const id = chunkIdOf(payload)
    if (id !== frame.chunkId) {
      return { problem: `A chunk is named ${frame.chunkId}, its bytes are ${id}` }
    }
    chunks.set(id, payload)
  }
  return { message: first.payload, blobs, chunks }
}

function checkMessage(
  { message }: Framed,
  { messageSchema, json: properties = [] }: FramesValidator,
  context: CheckContext,
): Problem[] {
  const json = jsonOf(message)
  if (!json.ok) return [{ message: 'The MessageJSON is not JSON' }]
  return [
    ...(messageSchema ? checkAgainstSchema(json.value, messageSchema, context) : []),
    ...checkProperties(json.value, properties, context),
  ]
}

/** Chunks that come twice count once; ranges count each. */
function blobsFault(
  { blobs, chunks }: Framed,
  { expectedBlobs, payloads, ranges: expectedRanges }: FramesValidator,
  { suite }: CheckContext,
): string | undefined {
  const ranges = blobs.filter(({ frame }) => frame.type === 'ChunkRange').length
  const count = chunks.size + ranges
  if (expectedBlobs !== undefined && count !== expectedBlobs) {
    return `Expected ${expectedBlobs} chunks in frames, got ${count}`
  }
  const rangeFault = expectedRanges && rangesFault(blobs, expectedRanges, suite.resources)
  if (rangeFault !== undefined) return rangeFault
  if (!payloads) return undefined
  if (blobs.length !== payloads.length) {
    return `Expected ${payloads.length} frames after the message, got ${blobs.length}`
  }
  const wrong = payloads.findIndex((content, index) => {
    const payload = blobs[index]?.payload ?? new Uint8Array(0)
    return firstDifference(payload, bytesOf(content, suite.resources)) !== undefined
  })
  return wrong === -1 ? undefined : `Frame ${wrong + 1} behind the message has other bytes`
}

async function contentFault(
  { message, chunks }: Framed,
  { streams = [], properties = [] }: FramesValidator,
  context: CheckContext,
): Promise<string | undefined> {
  if (streams.length === 0 && properties.length === 0) return undefined
  const parsed = parseResponse(message)
  if ('problem' in parsed) return parsed.problem
  for (const stream of streams) {
    const fault = await streamFault(parsed, chunks, stream, context)
    if (fault !== undefined) return `Stream ${stream.streamId}: ${fault}`
  }
  for (const property of properties) {
    const fault = propertyFault(parsed, property)
    if (fault !== undefined) return `Content property ${property.name} ${fault}`
  }
  return undefined
}

function parseResponse(message: Uint8Array): GetChunkedFileResponse | { problem: string } {
  try {
    return parseGetChunkedFileResponse(message)
  } catch (error) {
    if (error instanceof MessageError) return { problem: error.message }
    throw error
  }
}

async function streamFault(
  { signatures }: GetChunkedFileResponse,
  chunks: ReadonlyMap<ChunkId, Uint8Array>,
  { streamId, expectedScheme, content }: StreamValidator,
  { suite }: CheckContext,
): Promise<string | undefined> {
  const signature = signatures.find((entry) => entry.streamId === streamId)
  if (!signature) return 'the message has no signature of it'
  if (signature.scheme !== expectedScheme) {
    return `its ChunkingScheme is ${signature.scheme}, expected ${expectedScheme}`
  }
  if (!content) return undefined
  const known = await chunksOf(content.existing, signature.scheme, suite.resources)
  const all = new Map([...known.map(({ id, bytes }) => [id, bytes] as const), ...chunks])
  const parts = signature.chunks.map(({ id }) => all.get(id))
  const missing = parts.indexOf(undefined)
  if (missing !== -1) return `chunk ${signature.chunks[missing]?.id} is missing`
  return assembledFault(parts as Uint8Array[], bytesOf(content.expected, suite.resources))
}

function assembledFault(parts: readonly Uint8Array[], expected: Uint8Array): string | undefined {
  let at = 0
  for (const part of parts) {
    const differs = firstDifference(part, expected.subarray(at, at + part.length))
    if (differs !== undefined) return `the bytes differ from byte ${at + differs} on`
    at += part.length
  }
  return at === expected.length ? undefined : `has ${at} bytes, expected ${expected.length}`
}

function propertyFault(
  { contentProperties }: GetChunkedFileResponse,
  { name, returned = true, expectedValue, expectedRetention }: ContentPropertyValidator,
): string | undefined {
  const property = contentProperties.find((entry) => entry.name === name)
  if (!returned) return property ? 'must not be there' : undefined
  if (!property) return 'is missing'
  const { value, retention } = property
  if (expectedValue !== undefined && value !== expectedValue) {
    return `is "${value}", expected "${expectedValue}"`
  }
  if (expectedRetention === undefined || retention === expectedRetention) return undefined
  return `has the retention ${retention}, expected ${expectedRetention}`
}
