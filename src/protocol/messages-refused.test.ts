import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import fc from 'fast-check'
import { parseCoauthLockMetadata, parseCoauthTable } from './coauth-messages.ts'
import {
  MessageError,
  type MessageErrorCode,
  parseGetChunkedFileRequest,
  parseGetChunkedFileResponse,
  parseGetChunksRequest,
  parseGetChunksResponse,
} from './messages.ts'
import { parseCreateUploadSessionResponse, parsePutChunkedFileRequest } from './upload-messages.ts'

const ID = 'OpSWhpt12BRkuGX4z7bQPg=='

describe('what is refused', () => {
  const filter = { StreamId: 'MainContent', ChunkingScheme: 'Zip', ChunksToReturn: 'All' }
  const signature = (changes: object) => ({
    Signatures: [{ StreamId: 'MainContent', ChunkingScheme: 'Zip', ...changes }],
  })
  const chunk = (changes: object) =>
    signature({
      ChunkSignatures: [
        { ChunkId: ID, Length: 1 },
        { ChunkId: ID, Length: 1, ...changes },
      ],
    })
  const range = (changes: object) => ({
    ContentFilters: [
      { ...filter, ChunkRangesToReturn: [{ ChunkId: ID, Offset: 0, Length: -1, ...changes }] },
    ],
  })

  refuses(parseGetChunkedFileRequest, [
    [[], 'The JSON message is not an object'],
    [null, 'The JSON message is not an object'],
    [{}, 'ContentFilters is missing'],
    [{ ContentFilters: null }, 'ContentFilters is not a list'],
    [{ ContentFilters: [] }, 'ContentFilters is empty'],
    [{ ContentFilters: [filter, filter] }, 'ContentFilters names a stream twice'],
    [
      { ContentFilters: many(258, (StreamId) => ({ StreamId })) },
      'ContentFilters has more than 257 entries',
    ],
    [{ ContentFilters: [{ ...filter, StreamId: '' }] }, 'ContentFilters[0].StreamId is empty'],
    [
      { ContentFilters: [{ ...filter, StreamId: '\ud800' }] },
      'ContentFilters[0].StreamId has an unpaired surrogate',
    ],
    [
      { ContentFilters: [{ ...filter, StreamId: 'x'.repeat(257) }] },
      'ContentFilters[0].StreamId has more than 256 characters',
    ],
    [
      { ContentFilters: [{ ...filter, ChunksToReturn: 'Some' }] },
      'ContentFilters[0].ChunksToReturn is not All, None or LastZipChunk',
    ],
    [
      { ContentFilters: [{ ...filter, AlreadyKnownChunks: 'x' }] },
      'ContentFilters[0].AlreadyKnownChunks is not a list',
    ],
    [
      { ContentFilters: [{ ...filter, AlreadyKnownChunks: [ID, 'x'] }] },
      'ContentFilters[0].AlreadyKnownChunks[1] is not 16 bytes of Base64',
    ],
    [
      { ContentFilters: [filter], ContentPropertiesToReturn: ['a', 1] },
      'ContentPropertiesToReturn[1] is not a string',
    ],
  ])
  refuses(parseGetChunksRequest, [
    [{ ContentFilters: [] }, 'ContentFilters is empty'],
    [{ ContentFilters: [filter, filter] }, 'ContentFilters names a stream twice'],
    [
      range({ ChunkId: `${ID}=` }),
      'ContentFilters[0].ChunkRangesToReturn[0].ChunkId is not 16 bytes of Base64',
    ],
    [
      range({ Offset: -1 }),
      'ContentFilters[0].ChunkRangesToReturn[0].Offset is not a whole number from 0 to 2^53 - 1',
    ],
    [
      range({ Offset: undefined }),
      'ContentFilters[0].ChunkRangesToReturn[0].Offset is not a whole number from 0 to 2^53 - 1',
    ],
    [
      range({ Length: -2 }),
      'ContentFilters[0].ChunkRangesToReturn[0].Length is not a whole number from -1 to 2^53 - 1',
    ],
  ])
  refuses(parsePutChunkedFileRequest, [
    [{ Signatures: [] }, 'Signatures is empty'],
    [signature({ StreamId: undefined }), 'Signatures[0].StreamId is missing'],
    [signature({ ChunkingScheme: 'zip' }), 'Signatures[0].ChunkingScheme is not Zip or FullFile'],
    [
      { Signatures: [...signature({}).Signatures, ...signature({}).Signatures] },
      'Signatures names a stream twice',
    ],
    [signature({ ChunkSignatures: {} }), 'Signatures[0].ChunkSignatures is not a list'],
    [signature({ ChunkSignatures: [null] }), 'Signatures[0].ChunkSignatures[0] is not an object'],
    [
      chunk({ ChunkId: 'R3ZBz20okt9LmDaePUpB8Q--' }),
      'Signatures[0].ChunkSignatures[1].ChunkId is not 16 bytes of Base64',
    ],
    [
      chunk({ Length: '1' }),
      'Signatures[0].ChunkSignatures[1].Length is not a whole number from 0 to 2^53 - 1',
    ],
    [
      chunk({ Length: 0.5 }),
      'Signatures[0].ChunkSignatures[1].Length is not a whole number from 0 to 2^53 - 1',
    ],
    [
      chunk({ Length: 2 ** 53 - 1 }),
      'Signatures[0].ChunkSignatures adds up to more than 2^53 - 1 bytes',
    ],
    [
      { ...signature({}), UploadSessionTokenToCommit: 7 },
      'UploadSessionTokenToCommit is not a string',
    ],
    [
      { ...signature({}), ContentProperties: [{ Value: '' }] },
      'ContentProperties[0].Name is missing',
    ],
    [
      { ...signature({}), ContentProperties: [{ Name: 'n'.repeat(257), Value: '' }] },
      'ContentProperties[0].Name has more than 256 characters',
    ],
    [
      { ...signature({}), ContentProperties: [{ Name: 'n', Value: 'é'.repeat(513) }] },
      'ContentProperties[0].Value is longer than 1024 bytes',
    ],
    [
      { ...signature({}), ContentProperties: [{ Name: 'n', Value: '', Retention: 'Keep' }] },
      'ContentProperties[0].Retention is not DeleteOnContentChange or KeepOnContentChange',
    ],
    [
      { ...signature({}), ContentProperties: many(257, (Name) => ({ Name, Value: '' })) },
      'ContentProperties has more than 256 entries',
    ],
  ])
  refuses(parseGetChunkedFileResponse, [
    [{ ContentProperties: [], Signatures: [] }, 'Signatures is empty'],
    [
      chunk({ Length: -1 }),
      'Signatures[0].ChunkSignatures[1].Length is not a whole number from 0 to 2^53 - 1',
    ],
  ])
  refuses(parseGetChunksResponse, [
    [
      { ChunkRangeCollection: [{ StreamId: 'a', ChunkIds: [1] }] },
      'ChunkRangeCollection[0].ChunkIds[0] is not 16 bytes of Base64',
    ],
  ])
  refuses(parseCreateUploadSessionResponse, [
    [{}, 'UploadSessionToken is missing'],
    [{ UploadSessionToken: '' }, 'UploadSessionToken is empty'],
  ])
  refuses(parseCoauthTable, [
    [{ CoauthTable: [{ CoauthLockId: 'a' }] }, 'CoauthTable[0].CoauthLockType is missing'],
  ])
  refuses(parseCoauthLockMetadata, [
    [[], 'The JSON message is not an object'],
    [{ CoauthLockMetadata: 7 }, 'CoauthLockMetadata is not a string'],
    [{ CoauthLockMetadata: 'é'.repeat(2049) }, 'CoauthLockMetadata is longer than 4096 bytes'],
  ])

  test('parsePutChunkedFileRequest takes 131,072 chunks in a stream, and one more is too large', () => {
    const chunks = (count: number) =>
      json(signature({ ChunkSignatures: many(count, () => ({ ChunkId: ID, Length: 1 })) }))

    const { signatures } = parsePutChunkedFileRequest(chunks(131_072))

    assert.equal(signatures[0]?.chunks.length, 131_072)
    assertRefused(
      () => parsePutChunkedFileRequest(chunks(131_073)),
      'Signatures[0].ChunkSignatures has more than 131072 entries',
      'MESSAGE_TOO_LARGE',
    )
  })

  test('parseGetChunkedFileResponse leaves the number of chunks to the host', () => {
    const chunks = many(131_073, () => ({ ChunkId: ID, Length: 1 }))

    const { signatures } = parseGetChunkedFileResponse(json(signature({ ChunkSignatures: chunks })))

    assert.equal(signatures[0]?.chunks.length, 131_073)
  })
})

describe('hostile bytes', () => {
  const hostile: readonly [
    what: string,
    bytes: Uint8Array,
    words: string,
    code?: MessageErrorCode,
  ][] = [
    ['nothing', new Uint8Array(), 'The JSON message is not JSON'],
    ['half a message', bytesOf('{"Signatures":['), 'The JSON message is not JSON'],
    ['an unclosed string', bytesOf('{"a'), 'The JSON message is not JSON'],
    ['a string that ends in an escape', bytesOf('{"a\\'), 'The JSON message is not JSON'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'The JSON message is not UTF-8'],
    ['16 MiB of [', bytesOf('['.repeat(2 ** 24)), 'The JSON message is nested too deeply'],
    ['nested members', bytesOf('{"a":'.repeat(40)), 'The JSON message is nested too deeply'],
    [
      'two million empty objects',
      bytesOf(`[{}${',{}'.repeat(2_000_000)}]`),
      'The JSON message is larger than 1500000 values',
      'MESSAGE_TOO_LARGE',
    ],
    [
      'more than 16 MiB',
      bytesOf(`"${'x'.repeat(2 ** 24)}"`),
      'The JSON message is larger than 16777216 bytes',
      'MESSAGE_TOO_LARGE',
    ],
    [
      'a list of wrong entries',
      bytesOf(`{"Signatures":[${'0,'.repeat(1_000_000)}0]}`),
      'Signatures has more than 257 entries',
    ],
  ]

  for (const [what, bytes, words, code] of hostile) {
    test(`parsePutChunkedFileRequest refuses ${what}`, () => {
      assertRefused(() => parsePutChunkedFileRequest(bytes), words, code)
    })
  }

  test('parsePutChunkedFileRequest counts no brackets inside strings', () => {
    const name = '[{"'.repeat(80)
    const message = putMessage({ ContentProperties: [{ Name: name, Value: '\\' }] })

    assert.equal(parsePutChunkedFileRequest(message).contentProperties[0]?.name, name)
  })

  test('every parser throws a MessageError or gives a message, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = json(value)
        for (const parse of [
          parseGetChunkedFileRequest,
          parseGetChunksRequest,
          parsePutChunkedFileRequest,
        ]) {
          assert.throws(() => parse(bytes), MessageError)
        }
      }),
    )
  })
})

function refuses(
  parse: (bytes: Uint8Array) => unknown,
  cases: readonly [message: unknown, words: string][],
): void {
  for (const [message, words] of cases) {
    test(`${parse.name} refuses a message: ${words}`, () => {
      assertRefused(() => parse(json(message)), words)
    })
  }
}

function assertRefused(
  act: () => unknown,
  words: string,
  code: MessageErrorCode = 'MESSAGE_INVALID',
): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof MessageError, String(error))
    assert.equal(error.message, words)
    assert.equal(error.code, code)
    assert.ok(words.startsWith(error.path))
    return true
  })
}

function putMessage(changes: object): Uint8Array {
  return json({ Signatures: [{ StreamId: 'MainContent', ChunkingScheme: 'Zip' }], ...changes })
}

function json(message: unknown): Uint8Array {
  return bytesOf(JSON.stringify(message))
}

function bytesOf(source: string): Uint8Array {
  return new TextEncoder().encode(source)
}

function many<T>(count: number, make: (name: string) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(`name${index}`))
}
