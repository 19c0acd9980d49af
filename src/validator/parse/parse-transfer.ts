import type { ContentFilter, ContentStream, Request, RequestBase } from '../cases/request.ts'
import { RETENTIONS, readContent } from './parse-validators.ts'
import type { XmlElement } from './xml.ts'
import { allowOnly, childOf, oneOf, optional, requiredOf, withStateKey } from './xml-reader.ts'

const SCHEMES = ['FullFile', 'Zip'] as const

type OwnMembers<Operation> = Omit<Extract<Request, { operation: Operation }>, keyof RequestBase>

/** @throws CasesError */
export function readGetChunkedFile(element: XmlElement): OwnMembers<'GetChunkedFile'> {
  return {
    operation: 'GetChunkedFile',
    propertiesToReturn: listOf(element, 'ContentPropertiesToReturn', readPropertyName),
    filters: listOf(element, 'ContentFilters', readFilter),
  }
}

/** @throws CasesError */
export function readPutChunkedFile(element: XmlElement): OwnMembers<'PutChunkedFile'> {
  const token = childOf(element, 'UploadSessionTokenToCommit')
  if (token) allowOnly(token, { attributes: ['Value'] })
  return {
    operation: 'PutChunkedFile',
    ...withStateKey(element, 'SequenceNumber', 'sequenceNumber'),
    ...optional(element, 'Lock', 'lock'),
    ...optional(element, 'CoauthLockId', 'coauthLockId'),
    ...optional(element, 'Editors', 'editors'),
    properties: listOf(element, 'ContentProperties', readContentProperty),
    streams: listOf(element, 'ContentStreams', readStream),
    ...(token && optional(token, 'Value', 'uploadSessionToken')),
  }
}

function readContentProperty(element: XmlElement) {
  allowOnly(element, { attributes: ['Name', 'Value', 'Retention'] })
  return {
    name: requiredOf(element, 'Name'),
    value: requiredOf(element, 'Value'),
    retention: oneOf(element, 'Retention', RETENTIONS),
  }
}

function readPropertyName(element: XmlElement): string {
  allowOnly(element, { attributes: ['Value'] })
  return requiredOf(element, 'Value')
}

function readFilter(element: XmlElement): ContentFilter {
  const [text, resource] = ['AlreadyExistingContent', 'AlreadyExistingContentResourceId']
  allowOnly(element, {
    attributes: ['ChunkingScheme', 'StreamId', 'ChunksToReturn', text, resource],
  })
  return {
    streamId: requiredOf(element, 'StreamId'),
    scheme: oneOf(element, 'ChunkingScheme', SCHEMES),
    chunksToReturn: oneOf(element, 'ChunksToReturn', ['All', 'None', 'LastZipChunk']),
    existing: readContent(element, text, resource),
  }
}

function readStream(element: XmlElement): ContentStream {
  const [text, resource] = ['NewContent', 'NewContentResourceId']
  const [knownText, knownResource] = ['LastKnownHostContent', 'LastKnownHostContentResourceId']
  allowOnly(element, {
    attributes: ['ChunkingScheme', 'StreamId', text, resource, knownText, knownResource],
  })
  return {
    streamId: requiredOf(element, 'StreamId'),
    scheme: oneOf(element, 'ChunkingScheme', SCHEMES),
    newContent: readContent(element, text, resource),
    lastKnown: readContent(element, knownText, knownResource),
  }
}

/** What `read` makes of the children of a child that may be missing. */
function listOf<Item>(
  element: XmlElement,
  name: string,
  read: (element: XmlElement) => Item,
): Item[] {
  return childOf(element, name)?.children.map(read) ?? []
}
