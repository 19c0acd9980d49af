import { chunkIdToBytes } from '../../protocol/chunking/chunk-id.ts'
import type { Body, RawFrame } from '../cases/values.ts'
import { bytesOfFrames, chunk, END, idOf, message, saveMessage, signature } from './frames.ts'

/** The content that the bodies of a PutChunkedFile are about, and other bytes of the same length. */
export const NEW = 'What the request brings'
const LIE = 'What the request forges'

export interface MalformedBody {
  description: string
  /** Left out: no body at all. */
  body?: Body
  /** Statuses that are right: 400 when left out. */
  expected?: readonly number[]
}

const MESSAGE = saveMessage(signature(NEW))
const CHUNK = chunk(NEW)
const ID = chunkIdToBytes(idOf(NEW))
const WHOLE = bytesOfFrames(MESSAGE, CHUNK, END)
const MESSAGE_BYTES = bytesOfFrames(MESSAGE).length

/** What claims to be larger than the body may also be refused for its size. */
const TOO_LARGE = [400, 413]

/** Bodies of a PutChunkedFile that cannot be read, as bytes that are cut. */
const CUT: Readonly<Record<string, number>> = {
  TheFirstHeader: 10,
  TheMessage: 40,
  TheChunkHeader: MESSAGE_BYTES + 8,
  TheChunkId: MESSAGE_BYTES + 24,
  TheChunk: MESSAGE_BYTES + 40,
  TheEndFrame: WHOLE.length - 1,
}

export const MALFORMED_SAVES: Readonly<Record<string, MalformedBody>> = {
  NoBody: { description: 'Sends no body.' },
  ...Object.fromEntries(
    Object.entries(CUT).map(([name, length]) => [
      `CutIn${name}`,
      {
        description: `Ends the body after byte ${length} of ${WHOLE.length}.`,
        body: { bytes: WHOLE.subarray(0, length) },
      },
    ]),
  ),
  NoEndFrame: frames('Leaves out the EndFrame.', MESSAGE, CHUNK),
  NoMessage: frames('Leaves out the MessageJSON.', CHUNK, END),
  MessageBehindAChunk: frames('Sends the MessageJSON after a chunk.', CHUNK, MESSAGE, END),
  TwoMessages: frames('Sends the MessageJSON twice.', MESSAGE, MESSAGE, CHUNK, END),
  TypeZero: frames('Sends a frame of type 0.', MESSAGE, { type: 0 }, CHUNK, END),
  TypeUnknown: frames('Sends a frame of type 5.', MESSAGE, { type: 5 }, CHUNK, END),
  TypeLargest: frames('Sends a frame of type 2^32 - 1.', MESSAGE, { type: 0xffffffff }, CHUNK, END),
  MessageWithExtendedHeader: frames(
    'Gives the MessageJSON an extended header.',
    { ...MESSAGE, extendedHeader: new Uint8Array(4) },
    CHUNK,
    END,
  ),
  ChunkWithoutId: frames('Gives a chunk no ChunkId.', MESSAGE, withHeader([]), END),
  ChunkIdTooShort: frames(
    'Gives a chunk a ChunkId of 15 bytes.',
    MESSAGE,
    withHeader(ID.subarray(0, 15)),
    END,
  ),
  ChunkIdTooLong: frames(
    'Gives a chunk a ChunkId of 17 bytes.',
    MESSAGE,
    withHeader([...ID, 0]),
    END,
  ),
  ExtendedHeaderOf4GiB: {
    ...frames(
      'Claims an extended header of 4 GiB.',
      MESSAGE,
      { ...CHUNK, claims: { extendedHeaderBytes: 0xffffffff } },
      END,
    ),
    expected: TOO_LARGE,
  },
  PayloadLargerThanTheBody: {
    ...frames(
      'Claims a payload of 1 TiB.',
      MESSAGE,
      { ...CHUNK, claims: { payloadBytes: 2 ** 40 } },
      END,
    ),
    expected: TOO_LARGE,
  },
  PayloadBeyondInt64: {
    ...frames(
      'Claims a payload of 2^63 bytes.',
      MESSAGE,
      { ...CHUNK, claims: { payloadBytes: 2 ** 63 } },
      END,
    ),
    expected: TOO_LARGE,
  },
  MessageBeyondInt64: {
    ...frames('Claims a message of 2^63 bytes.', {
      ...MESSAGE,
      claims: { payloadBytes: 2 ** 63 },
    }),
    expected: TOO_LARGE,
  },
  ForgedChunk: frames(
    'Sends other bytes under the ChunkId of a chunk.',
    MESSAGE,
    chunk(LIE, idOf(NEW)),
    END,
  ),
  MessageEmpty: frames('Sends an empty message.', { type: 2 }, CHUNK, END),
  MessageNoJson: frames('Sends a message that is not JSON.', text('{"Signatures":['), CHUNK, END),
  MessageNoUtf8: frames(
    'Sends a message that is not UTF-8.',
    { type: 2, payload: { bytes: new Uint8Array([0x22, 0xff, 0xfe, 0x22]) } },
    CHUNK,
    END,
  ),
  MessageNoObject: frames('Sends a list as message.', message([]), CHUNK, END),
  NoSignatures: frames(
    'Leaves out Signatures.',
    message({ ContentProperties: [], UploadSessionTokenToCommit: null }),
    CHUNK,
    END,
  ),
  NoStreams: frames('Names no stream in Signatures.', saveMessage(), CHUNK, END),
  ChunkIdNoBase64: frames(
    'Names a chunk by a text that is not Base64.',
    saveMessage(chunkNamed('R3ZBz20okt9LmDaePUpB8Q--')),
    CHUNK,
    END,
  ),
  ChunkIdOf18Bytes: frames(
    'Names a chunk by 18 bytes.',
    saveMessage(chunkNamed('ZZbM2oyjAXOFHEnVJ7Q2cg//')),
    CHUNK,
    END,
  ),
  SchemeUnknown: frames(
    'Names a chunking scheme that does not exist.',
    saveMessage({ ...signature(NEW), ChunkingScheme: 'Tar' }),
    CHUNK,
    END,
  ),
  MissingChunk: frames('Names a chunk that nobody has.', MESSAGE, END),
}

/** Bodies of which the pages do not say how they are answered. */
export const UNUSUAL_SAVES: Readonly<Record<string, MalformedBody>> = {
  BytesBehindTheEndFrame: frames('Sends bytes after the EndFrame.', MESSAGE, CHUNK, END, CHUNK),
  EndFrameWithPayload: frames('Gives the EndFrame a payload.', MESSAGE, CHUNK, {
    ...END,
    payload: { text: 'more' },
  }),
  ChunkRange: frames(
    'Sends a whole chunk as ChunkRange.',
    MESSAGE,
    {
      type: 4,
      extendedHeader: new Uint8Array([...ID, ...new Uint8Array(15), NEW.length, 0, 0, 0, 1]),
      payload: { text: NEW },
    },
    END,
  ),
  LengthOfAnotherChunk: frames(
    'Declares a chunk with another length than it has.',
    saveMessage(chunkNamed(idOf(NEW), NEW.length + 1)),
    CHUNK,
    END,
  ),
  StreamTwice: frames(
    'Names one stream twice.',
    saveMessage(signature(NEW), signature(NEW)),
    CHUNK,
    END,
  ),
}

/** Bodies of a GetChunkedFile or GetChunks that cannot be read. */
export const MALFORMED_READS: Readonly<Record<string, MalformedBody>> = {
  NoBody: { description: 'Sends no body.' },
  HeaderCutShort: {
    description: 'Ends the body in the first header.',
    body: { bytes: WHOLE.subarray(0, 10) },
  },
  MessageCutShort: {
    description: 'Ends the body in the message.',
    body: { bytes: WHOLE.subarray(0, 40) },
  },
  PlainJson: { description: 'Sends JSON outside any frame.', body: { json: {} } },
  TypeZero: frames('Sends the message in a frame of type 0.', { ...MESSAGE, type: 0 }, END),
  NoMessage: frames('Sends an EndFrame only.', END),
  MessageNoJson: frames('Sends a message that is not JSON.', text('{"ContentFilters":['), END),
  MessageNoObject: frames('Sends a list as message.', message([]), END),
}

function frames(description: string, ...all: readonly RawFrame[]): MalformedBody {
  return { description, body: { frames: all } }
}

function withHeader(extendedHeader: Iterable<number>): RawFrame {
  return { ...CHUNK, extendedHeader: new Uint8Array(extendedHeader) }
}

function text(json: string): RawFrame {
  return { type: 2, payload: { text: json } }
}

function chunkNamed(id: string, length = NEW.length) {
  return { ...signature(NEW), ChunkSignatures: [{ ChunkId: id, Length: length }] }
}
