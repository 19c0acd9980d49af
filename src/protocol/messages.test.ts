import assert from 'node:assert/strict'
import test, { describe } from 'node:test'
import fc from 'fast-check'
import { chunkIdFromBytes, EMPTY_CHUNK_ID } from './chunking/chunk-id.ts'
import {
  encodeCoauthLockMetadata,
  encodeCoauthTable,
  parseCoauthLockMetadata,
  parseCoauthTable,
} from './coauth-messages.ts'
import {
  encodeGetChunkedFileRequest,
  encodeGetChunkedFileResponse,
  encodeGetChunksRequest,
  encodeGetChunksResponse,
  parseGetChunkedFileRequest,
  parseGetChunkedFileResponse,
  parseGetChunksRequest,
  parseGetChunksResponse,
} from './messages.ts'
import {
  encodeCreateUploadSessionResponse,
  encodePutChunkedFileRequest,
  parseCreateUploadSessionResponse,
  parsePutChunkedFileRequest,
} from './upload-messages.ts'

const ID = 'OpSWhpt12BRkuGX4z7bQPg=='

const text = (limits: { minLength?: number; maxLength?: number } = {}) =>
  fc.string({ unit: 'grapheme', ...limits }).map((value) => value.toWellFormed())
const chunkId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(chunkIdFromBytes)
const length = fc.nat({ max: 2 ** 31 })
const scheme = fc.constantFrom('Zip', 'FullFile')
const streamId = fc.stringMatching(/^[ -~]{1,256}$/)
const perStream = <T extends { streamId: string }>(entry: fc.Arbitrary<T>) =>
  fc.uniqueArray(entry, { minLength: 1, maxLength: 5, selector: (each) => each.streamId })
const signatures = perStream(
  fc.record({ streamId, scheme, chunks: fc.array(fc.record({ id: chunkId, length })) }),
)
const contentProperties = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[ -~]{1,256}$/),
    value: text({ maxLength: 40 }),
    retention: fc.constantFrom('DeleteOnContentChange', 'KeepOnContentChange'),
  }),
  { maxLength: 5, selector: (each) => each.name },
)

describe('parse is the inverse of encode for', () => {
  roundTrip(
    'GetChunkedFile requests',
    encodeGetChunkedFileRequest,
    parseGetChunkedFileRequest,
    fc.record({
      contentPropertiesToReturn: fc.array(text()),
      contentFilters: perStream(
        fc.record({
          streamId,
          chunkingScheme: scheme,
          chunksToReturn: fc.constantFrom('All', 'None', 'LastZipChunk'),
          alreadyKnownChunks: fc.array(chunkId),
        }),
      ),
    }),
  )
  roundTrip(
    'GetChunkedFile responses',
    encodeGetChunkedFileResponse,
    parseGetChunkedFileResponse,
    fc.record({ contentProperties, signatures }),
  )
  roundTrip(
    'GetChunks requests',
    encodeGetChunksRequest,
    parseGetChunksRequest,
    fc.record({
      contentFilters: perStream(
        fc.record({
          streamId,
          chunkingScheme: scheme,
          chunkRangesToReturn: fc.array(
            fc.record({ chunkId, offset: length, length: fc.integer({ min: -1 }) }),
          ),
        }),
      ),
    }),
  )
  roundTrip(
    'GetChunks responses',
    encodeGetChunksResponse,
    parseGetChunksResponse,
    fc.record({
      chunkRangeCollection: perStream(fc.record({ streamId, chunkIds: fc.array(chunkId) })),
    }),
  )
  roundTrip(
    'PutChunkedFile requests',
    encodePutChunkedFileRequest,
    parsePutChunkedFileRequest,
    fc.record(
      { contentProperties, signatures, uploadSessionTokenToCommit: text({ minLength: 1 }) },
      { requiredKeys: ['contentProperties', 'signatures'] },
    ),
  )
  roundTrip(
    'CreateUploadSession responses',
    encodeCreateUploadSessionResponse,
    parseCreateUploadSessionResponse,
    fc.record(
      { uploadSessionToken: text({ minLength: 1 }), uploadSessionExpiry: fc.nat() },
      { requiredKeys: ['uploadSessionToken'] },
    ),
  )
  roundTrip(
    'the CoauthTable',
    encodeCoauthTable,
    parseCoauthTable,
    fc.array(
      fc.record({
        coauthLockId: text({ minLength: 1 }),
        metadata: text(),
        type: fc.constantFrom('Coauth', 'CoauthExclusive'),
        userFriendlyName: text({ minLength: 1 }),
        lockTime: fc.nat(),
      }),
    ),
  )
  roundTrip('CoauthLockMetadata', encodeCoauthLockMetadata, parseCoauthLockMetadata, text())
})

describe('the bytes on the wire', () => {
  test('encodePutChunkedFileRequest spells members as the pages do', () => {
    const bytes = encodePutChunkedFileRequest({
      contentProperties: [{ name: 'n', value: 'v', retention: 'KeepOnContentChange' }],
      signatures: [
        { streamId: 'MainContent', scheme: 'FullFile', chunks: [{ id: ID, length: 19 }] },
      ],
    })

    assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes)), {
      ContentProperties: [{ Retention: 'KeepOnContentChange', Name: 'n', Value: 'v' }],
      Signatures: [
        {
          StreamId: 'MainContent',
          ChunkingScheme: 'FullFile',
          ChunkSignatures: [{ ChunkId: ID, Length: 19 }],
        },
      ],
      UploadSessionTokenToCommit: null,
    })
  })

  test('encodeCoauthTable gives rows of exactly five members under one root', () => {
    const row = {
      coauthLockId: 'A',
      metadata: '',
      type: 'Coauth' as const,
      userFriendlyName: 'Alice',
      lockTime: 7,
      expiresAt: 9,
    }

    assert.deepEqual(JSON.parse(new TextDecoder().decode(encodeCoauthTable([row]))), {
      CoauthTable: [
        {
          CoauthLockId: 'A',
          CoauthLockMetadata: '',
          CoauthLockType: 'Coauth',
          UserFriendlyName: 'Alice',
          CoauthLockTime: 7,
        },
      ],
    })
  })
})

describe('what is tolerated', () => {
  test('parseGetChunkedFileRequest fills in what is missing, null or unknown', () => {
    const message = { ContentFilters: [{ StreamId: 'MainContent', Later: [] }], Later: {} }
    const nulls = {
      ContentPropertiesToReturn: null,
      ContentFilters: [
        {
          StreamId: 'MainContent',
          ChunkingScheme: null,
          ChunksToReturn: null,
          AlreadyKnownChunks: null,
        },
      ],
    }
    const expected = {
      contentPropertiesToReturn: [],
      contentFilters: [{ streamId: 'MainContent', chunksToReturn: 'All', alreadyKnownChunks: [] }],
    }

    assert.deepEqual(parseGetChunkedFileRequest(json(message)), expected)
    assert.deepEqual(parseGetChunkedFileRequest(json(nulls)), expected)
  })

  for (const token of [undefined, null, '']) {
    test(`parsePutChunkedFileRequest takes the token ${JSON.stringify(token)} for none`, () => {
      const message = putMessage({ UploadSessionTokenToCommit: token })

      assert.equal('uploadSessionTokenToCommit' in parsePutChunkedFileRequest(message), false)
    })
  }

  test('parsePutChunkedFileRequest takes either spelling of Retention, and has a default', () => {
    const message = putMessage({
      ContentProperties: [
        { Name: 'a', Value: '1', Retention: 'KeepOnContentChange' },
        { Name: 'b', Value: '2', ContentPropertyRetention: 'KeepOnContentChange' },
        { Name: 'c', Value: '', Retention: null },
      ],
    })

    const { contentProperties } = parsePutChunkedFileRequest(message)

    assert.deepEqual(
      contentProperties.map(({ retention }) => retention),
      ['KeepOnContentChange', 'KeepOnContentChange', 'DeleteOnContentChange'],
    )
  })

  test('parsePutChunkedFileRequest lets the last of two properties of one name win', () => {
    const message = putMessage({
      ContentProperties: [
        { Name: 'a', Value: '1' },
        { Name: 'a', Value: '2' },
      ],
    })

    const { contentProperties } = parsePutChunkedFileRequest(message)

    assert.deepEqual(
      contentProperties.map(({ value }) => value),
      ['2'],
    )
  })

  test('parsePutChunkedFileRequest reads no chunks for null and absent lists', () => {
    const message = putMessage({
      Signatures: [
        { StreamId: 'a', ChunkingScheme: 'Zip' },
        { StreamId: 'b', ChunkingScheme: 'Zip', ChunkSignatures: null },
      ],
    })

    assert.deepEqual(
      parsePutChunkedFileRequest(message).signatures.map(({ chunks }) => chunks),
      [[], []],
    )
  })

  test('parsePutChunkedFileRequest reads escaped slashes and a byte order mark', () => {
    const source = `\ufeff{"Signatures":[{"StreamId":"MainContent","ChunkingScheme":"FullFile",
      "ChunkSignatures":[{"ChunkId":"${EMPTY_CHUNK_ID.replace('/', '\\/')}","Length":0}]}]}`

    const { signatures } = parsePutChunkedFileRequest(new TextEncoder().encode(source))

    assert.deepEqual(signatures[0]?.chunks, [{ id: EMPTY_CHUNK_ID, length: 0 }])
  })

  test('parsePutChunkedFileRequest is not fooled by __proto__', () => {
    const source = `{"__proto__":{"UploadSessionTokenToCommit":"evil"},"Signatures":[
      {"__proto__":{"polluted":1},"StreamId":"__proto__","ChunkingScheme":"Zip"}]}`

    const message = parsePutChunkedFileRequest(new TextEncoder().encode(source))

    assert.deepEqual(message, {
      contentProperties: [],
      signatures: [{ streamId: '__proto__', scheme: 'Zip', chunks: [] }],
    })
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })

  test('parseCreateUploadSessionResponse does without an expiry', () => {
    assert.deepEqual(parseCreateUploadSessionResponse(json({ UploadSessionToken: 't' })), {
      uploadSessionToken: 't',
    })
  })

  for (const body of [{}, { CoauthLockMetadata: null }, { CoauthLockMetadata: '' }]) {
    test(`parseCoauthLockMetadata finds none in ${JSON.stringify(body)}`, () => {
      assert.equal(parseCoauthLockMetadata(json(body)), '')
    })
  }
})

function roundTrip<T>(
  what: string,
  encode: (value: T) => Uint8Array,
  parse: (bytes: Uint8Array) => T,
  values: fc.Arbitrary<T>,
): void {
  test(`parse is the inverse of encode for ${what}`, () => {
    fc.assert(
      fc.property(values, (value) => {
        assert.deepEqual(structuredClone(parse(encode(value))), structuredClone(value))
      }),
      { numRuns: 50 },
    )
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
