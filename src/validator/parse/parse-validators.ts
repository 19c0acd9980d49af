import { CasesError } from '../cases/cases-error.ts'
import type {
  FramesValidator,
  HeaderValidator,
  JsonProperty,
  StreamValidator,
  Validator,
} from '../cases/validator.ts'
import type { Content, Text } from '../cases/values.ts'
import type { XmlElement } from './xml.ts'
import { allowOnly, booleanOf, integerOf, oneOf, requiredOf } from './xml-reader.ts'

/** What may be said of a content property. */
export const RETENTIONS = ['DeleteOnContentChange', 'KeepOnContentChange'] as const
const COMPARATORS = ['>', '>=', '<', '<='] as const
/** Times that Microsoft's validator compares with its clock. */
const TIMES = ['AccessTokenExpiry', 'ServerTime']

type Reader = (element: XmlElement) => Validator

const READERS: Record<string, { attributes?: string[]; children?: string[]; read: Reader }> = {
  ResponseCodeValidator: {
    attributes: ['ExpectedCode'],
    read: (element) => ({ check: 'status', expected: numberOf(element, 'ExpectedCode') }),
  },
  ResponseHeaderValidator: {
    attributes: [
      'Header',
      'Comparator',
      'ExpectedStateKey',
      'ExpectedValue',
      'IsRequired',
      'ShouldMatch',
    ],
    read: readHeader,
  },
  LockMismatchValidator: {
    attributes: ['ExpectedLock'],
    read: (element) => ({
      check: 'lockMismatch',
      expectedLock: requiredOf(element, 'ExpectedLock'),
    }),
  },
  ResponseContentValidator: {
    attributes: ['ExpectedResourceId', 'ExpectedBodyContent'],
    read: (element) => ({
      check: 'body',
      expected: readContent(element, 'ExpectedBodyContent', 'ExpectedResourceId'),
    }),
  },
  JsonResponseContentValidator: {
    attributes: ['ShouldExist'],
    children: [
      'BooleanProperty',
      'IntegerProperty',
      'LongProperty',
      'StringProperty',
      'StringRegexProperty',
      'AbsoluteUrlProperty',
      'ArrayProperty',
      'ArrayLengthProperty',
      'ResponseBodyProperty',
    ],
    read: (element) => ({
      check: 'json',
      exists: booleanOf(element, 'ShouldExist') ?? true,
      properties: element.children.map(readProperty),
    }),
  },
  JsonSchemaValidator: {
    attributes: ['Schema'],
    read: (element) => ({ check: 'schema', schema: requiredOf(element, 'Schema') }),
  },
  FramesValidator: {
    attributes: ['MessageJsonPayloadSchema', 'ExpectedHostBlobsCount'],
    children: ['ContentStreamValidator', 'ContentPropertyValidator'],
    read: readFrames,
  },
  Or: { read: (element) => ({ check: 'or', of: element.children.map(readValidator) }) },
  And: { read: (element) => ({ check: 'and', of: element.children.map(readValidator) }) },
}

/** @throws CasesError */
export function readValidator(element: XmlElement): Validator {
  const reader = Object.hasOwn(READERS, element.name) ? READERS[element.name] : undefined
  if (!reader) throw new CasesError(`There is no validator <${element.name}>`, element.line)
  const nested = element.name === 'Or' || element.name === 'And'
  allowOnly(element, {
    attributes: [...(reader.attributes ?? []), 'ValidationMessage'],
    children: nested ? element.children.map(({ name }) => name) : (reader.children ?? []),
  })
  const message = element.attributes.ValidationMessage
  return { ...reader.read(element), ...(message !== undefined && { message }) }
}

function readHeader(element: XmlElement): HeaderValidator {
  const expected = expectedOf(element)
  return {
    check: 'header',
    name: requiredOf(element, 'Header'),
    ...(expected !== undefined && { expected }),
    // True for headers, false for the properties of a JSON body.
    required: booleanOf(element, 'IsRequired') ?? true,
    shouldMatch: booleanOf(element, 'ShouldMatch') ?? true,
    ...('Comparator' in element.attributes && {
      comparator: oneOf(element, 'Comparator', COMPARATORS),
    }),
  }
}

function expectedOf(element: XmlElement): Text | undefined {
  const state = element.attributes.ExpectedStateKey
  return state ? { state } : element.attributes.ExpectedValue
}

function readFrames(element: XmlElement): FramesValidator {
  const expectedBlobs = integerOf(element, 'ExpectedHostBlobsCount')
  const of = (name: string) => element.children.filter((child) => child.name === name)
  return {
    check: 'frames',
    messageSchema: requiredOf(element, 'MessageJsonPayloadSchema'),
    ...(expectedBlobs !== undefined && { expectedBlobs }),
    streams: of('ContentStreamValidator').map(readStream),
    properties: of('ContentPropertyValidator').map(readContentProperty),
  }
}

function readStream(element: XmlElement): StreamValidator {
  allowOnly(element, {
    attributes: [
      'StreamId',
      'ExpectedChunkingScheme',
      'AlreadyExistingContent',
      'AlreadyExistingContentResourceId',
      'ExpectedContent',
      'ExpectedContentResourceId',
    ],
  })
  const expectsContent =
    'ExpectedContent' in element.attributes || 'ExpectedContentResourceId' in element.attributes
  return {
    streamId: requiredOf(element, 'StreamId'),
    expectedScheme: oneOf(element, 'ExpectedChunkingScheme', ['FullFile', 'Zip']),
    ...(expectsContent && {
      content: {
        existing: readContent(
          element,
          'AlreadyExistingContent',
          'AlreadyExistingContentResourceId',
        ),
        expected: readContent(element, 'ExpectedContent', 'ExpectedContentResourceId'),
      },
    }),
  }
}

function readContentProperty(element: XmlElement) {
  allowOnly(element, {
    attributes: ['Name', 'ShouldBeReturned', 'ExpectedValue', 'ExpectedRetention'],
  })
  const name = requiredOf(element, 'Name')
  if (booleanOf(element, 'ShouldBeReturned') === false) return { name, returned: false }
  return {
    name,
    expectedValue: element.attributes.ExpectedValue ?? '',
    expectedRetention: oneOf(element, 'ExpectedRetention', RETENTIONS),
  }
}

/** Content that stands in one attribute as text, or in another as the id of a resource. */
export function readContent(element: XmlElement, text: string, resource: string): Content {
  const id = element.attributes[resource]
  if (id !== undefined) return { resource: id }
  const written = element.attributes[text]
  if (written !== undefined) return { text: written }
  throw new CasesError(`<${element.name}> needs ${text} or ${resource}`, element.line)
}

function readProperty(element: XmlElement): JsonProperty {
  const [attributes, read] = PROPERTY_READERS[element.name] as PropertyReader
  allowOnly(element, { attributes: ['Name', 'IsRequired', 'ExpectedStateKey', ...attributes] })
  return {
    name: requiredOf(element, 'Name'),
    required: booleanOf(element, 'IsRequired') ?? false,
    ...read(element),
  }
}

type OwnMembers<T> = T extends unknown ? Omit<T, 'name' | 'required'> : never
type PropertyReader = [attributes: string[], (element: XmlElement) => OwnMembers<JsonProperty>]

const PROPERTY_READERS: Record<string, PropertyReader> = {
  BooleanProperty: [
    ['ExpectedValue'],
    (element) => ({ type: 'boolean', ...stateOr(element, booleanOf) }),
  ],
  IntegerProperty: [
    ['ExpectedValue'],
    (element) => ({ type: 'integer', ...stateOr(element, integerOf) }),
  ],
  LongProperty: [
    ['ExpectedValue'],
    (element) => ({
      type: 'long',
      ...stateOr(element, integerOf),
      ...(TIMES.includes(element.attributes.Name ?? '') && { nearNow: true }),
    }),
  ],
  StringProperty: [
    ['ExpectedValue', 'EndsWith', 'IgnoreCase'],
    (element) => ({
      type: 'string',
      ...stateOr(element, ({ attributes }, name) => attributes[name]),
      ...(element.attributes.EndsWith && { endsWith: element.attributes.EndsWith }),
      ignoreCase: booleanOf(element, 'IgnoreCase') ?? false,
    }),
  ],
  StringRegexProperty: [
    ['ExpectedValue', 'ShouldMatch'],
    (element) => ({
      type: 'regex',
      pattern: patternOf(element),
      shouldMatch: booleanOf(element, 'ShouldMatch') ?? true,
    }),
  ],
  AbsoluteUrlProperty: [
    ['MustIncludeAccessToken'],
    (element) => ({
      type: 'absoluteUrl',
      mustIncludeAccessToken: booleanOf(element, 'MustIncludeAccessToken') ?? false,
    }),
  ],
  ArrayProperty: [
    ['ContainsValue'],
    ({ attributes }) => ({
      type: 'array',
      ...(attributes.ContainsValue !== undefined && { contains: attributes.ContainsValue }),
    }),
  ],
  ArrayLengthProperty: [
    ['ExpectedValue'],
    (element) => ({ type: 'arrayLength', expected: numberOf(element, 'ExpectedValue') }),
  ],
  ResponseBodyProperty: [
    ['ExpectedValue'],
    (element) => ({ type: 'body', expected: requiredOf(element, 'ExpectedValue') }),
  ],
}

function stateOr<Value>(
  element: XmlElement,
  read: (element: XmlElement, name: string) => Value | undefined,
): { expected?: Value | { state: string } } {
  const state = element.attributes.ExpectedStateKey
  const expected = state ? { state } : read(element, 'ExpectedValue')
  return expected === undefined ? {} : { expected }
}

function numberOf(element: XmlElement, name: string): number {
  requiredOf(element, name)
  return integerOf(element, name) as number
}

function patternOf(element: XmlElement): string {
  const pattern = requiredOf(element, 'ExpectedValue')
  try {
    new RegExp(pattern)
    return pattern
  } catch {
    throw new CasesError(`"${pattern}" is not a regular expression`, element.line)
  }
}
