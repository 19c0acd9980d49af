import { HEADERS } from '../../protocol/names.ts'
import type { ContentFilter, ContentStream, Request } from '../cases/request.ts'
import type { ContentPropertyValidator, FramesValidator, Validator } from '../cases/validator.ts'
import type { Content } from '../cases/values.ts'
import { hasHeader, status } from './expectations.ts'

const NOTHING: Content = { text: '' }

/** GetFile gives these bytes. */
export function fileIs(text: string): Request {
  return {
    operation: 'GetFile',
    validators: [status(200), { check: 'body', expected: { text } }],
  }
}

/** GetChunkedFile by a client that knows nothing gives these streams. */
export function streamsAre(...streams: readonly ContentStream[]): Request {
  return readChunked({
    streams,
    expect: {
      streams: streams.map(({ streamId, scheme, newContent }) => ({
        streamId,
        // What is not there has no chunks, and is said to be Zip (page "GetChunkedFile").
        expectedScheme: isNothing(newContent) ? 'Zip' : scheme,
        content: { existing: NOTHING, expected: newContent },
      })),
    },
  })
}

/** GetChunkedFile gives these content properties, and not those of `absent`. */
export function propertiesAre(
  present: readonly ContentPropertyValidator[],
  absent: readonly string[] = [],
): Request {
  const gone = absent.map((name) => ({ name, returned: false }))
  return readChunked({
    properties: [...present.map(({ name }) => name), ...absent],
    expect: { properties: [...present, ...gone] },
  })
}

/** GetChunkedFile with what its answer has to say, beside what every answer has to. */
export function readChunked(options: {
  streams?: readonly Pick<ContentStream, 'streamId' | 'scheme'>[]
  properties?: readonly string[]
  filter?: Partial<Omit<ContentFilter, 'streamId'>>
  expect?: Omit<FramesValidator, 'check'>
  validators?: readonly Validator[]
}): Request {
  const { streams = [MAIN], properties = [], filter, expect = {}, validators = [] } = options
  return {
    operation: 'GetChunkedFile',
    propertiesToReturn: properties,
    filters: streams.map(({ streamId, scheme }) => ({
      streamId,
      scheme,
      chunksToReturn: 'All',
      existing: NOTHING,
      ...filter,
    })),
    validators: [
      status(200),
      hasHeader(HEADERS.sequenceNumber),
      hasHeader(HEADERS.itemVersion),
      { check: 'frames', ...expect },
      ...validators,
    ],
  }
}

const MAIN = { streamId: 'MainContent', scheme: 'FullFile' } as const

function isNothing(content: Content): boolean {
  if ('text' in content) return content.text === ''
  return 'bytes' in content && content.bytes.length === 0
}
