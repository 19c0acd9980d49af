import { chunkIdToBytes } from '../../protocol/chunking/chunk-id.ts'
import type { Step } from '../cases/case.ts'
import type { RawFrame } from '../cases/values.ts'
import { type CaseDraft, clause, defineGroup } from './define-group.ts'
import { status } from './expectations.ts'
import { bytesOfFrames, chunk, chunkFrames, END, idOf, message } from './frames.ts'
import { fileIs, streamsAre } from './reads.ts'
import { BEGIN_COAUTHORING, main, NUMBER_UNCHANGED, save, saveRefused, unsent } from './saves.ts'
import { append, appendRaw, createSession, endSession, SESSION } from './sessions.ts'

const OLD = 'What the file is'
const NEW = 'What the session brings'
const LIE = 'What the session forges'
const ID = chunkIdToBytes(idOf(NEW))
const COMMITTED = { session: SESSION, streams: [unsent(main(NEW))] }

const MALFORMED = clause(
  'PutChunkedFile',
  'Frames that cannot be read are answered 400, even when a session brought them.',
)
const ONLY_CHUNKS = clause(
  'CreateUploadSession',
  'A session holds Chunk frames, without a MessageJSON before them or an EndFrame after them.',
)
const NAMED_BY_HASH = clause(
  'encode-send-data',
  'A Chunk frame has the hash of its payload as ChunkId.',
)

/** Frames that are refused, at the latest by the commit. */
const REFUSED: Readonly<Record<string, readonly [description: string, frames: RawFrame[]]>> = {
  TypeZero: ['Sends a frame of type 0.', [{ type: 0 }, chunk(NEW)]],
  TypeUnknown: ['Sends a frame of type 5.', [{ type: 5 }, chunk(NEW)]],
  NoChunkId: [
    'Sends a Chunk frame without extended header.',
    [{ type: 3, payload: { text: NEW } }, chunk(NEW)],
  ],
  ChunkIdTooLong: [
    'Sends a Chunk frame with an extended header of 20 bytes.',
    [{ type: 3, extendedHeader: new Uint8Array([...ID, 0, 0, 0, 0]), payload: { text: NEW } }],
  ],
  PayloadBeyondInt64: [
    'Sends a Chunk frame that claims 2^63 bytes.',
    [
      {
        type: 3,
        extendedHeader: ID,
        payload: { text: NEW },
        claims: { payloadBytes: 2 ** 63 },
      },
    ],
  ],
}

/** Frames that the page leaves out, of which it does not say how they are answered. */
const UNUSUAL: typeof REFUSED = {
  MessageFirst: ['Begins a session with a MessageJSON.', [message({}), chunk(NEW)]],
  EndFrameLast: ['Ends a session with an EndFrame.', [chunk(NEW), END]],
  ChunkRange: [
    'Sends a ChunkRange frame that holds a whole chunk.',
    [
      {
        type: 4,
        extendedHeader: new Uint8Array([...ID, ...new Uint8Array(15), NEW.length, 0, 0, 0, 1]),
        payload: { text: NEW },
      },
    ],
  ],
}

const BEGIN: readonly Step[] = [
  ...BEGIN_COAUTHORING,
  save({ streams: [main(OLD)] }),
  createSession(),
]

export const SESSION_FRAMES = defineGroup('SessionFrames', ['ResumableFileTransfer', 'Coauth'], {
  ...Object.fromEntries(
    Object.entries(REFUSED).map(([name, [description, frames]]) => [
      name,
      refused(description, bytesOfFrames(...frames)),
    ]),
  ),
  ForgedChunk: {
    ...refused('Sends other bytes under the ChunkId of a chunk.', forged()),
    clause: NAMED_BY_HASH,
  },
  ForgedChunkInTwoParts: {
    description: 'Sends other bytes under the ChunkId of a chunk, cut in the payload.',
    clause: NAMED_BY_HASH,
    requests: [
      ...BEGIN,
      append(0, forged().subarray(0, 40)),
      appendRaw(forged().subarray(40), { offset: '40', validators: [status(200, 400)] }),
      saveRefused([400, 410], COMMITTED),
      NUMBER_UNCHANGED,
      fileIs(OLD),
    ],
    // The true rest: a session that ends inside of a frame cannot be committed.
    cleanup: [append(40, chunkFrames(NEW).subarray(40)), ...endSession()],
  },
  EmptyChunk: {
    description: 'Sends an empty chunk and one with bytes.',
    clause: clause('encode-send-data', 'A payload may be empty.'),
    requests: [...BEGIN, append(0, chunkFrames('', NEW)), save(COMMITTED), streamsAre(main(NEW))],
    cleanup: endSession(),
  },
  ChunkThatNobodyNames: {
    description: 'Sends a chunk that the commit does not use.',
    clause: clause('PutChunkedFile', 'Only the signatures say what a stream is made of.'),
    requests: [...BEGIN, append(0, chunkFrames(OLD, LIE, NEW)), save(COMMITTED), fileIs(NEW)],
    cleanup: endSession(),
  },
  ...Object.fromEntries(
    Object.entries(UNUSUAL).map(([name, [description, frames]]) => [
      name,
      answered(description, bytesOfFrames(...frames)),
    ]),
  ),
})

function forged(): Uint8Array {
  return bytesOfFrames(chunk(LIE, idOf(NEW)))
}

function refused(description: string, bytes: Uint8Array): CaseDraft {
  return {
    description,
    clause: MALFORMED,
    requests: [
      ...BEGIN,
      appendRaw(bytes, { validators: [status(200, 400)] }),
      saveRefused([400, 410], COMMITTED),
      NUMBER_UNCHANGED,
      fileIs(OLD),
    ],
    cleanup: endSession(),
  }
}

/** Taken or refused, but not a failure of the host. */
function answered(description: string, bytes: Uint8Array): CaseDraft {
  return {
    description,
    clause: ONLY_CHUNKS,
    requests: [
      ...BEGIN,
      appendRaw(bytes, { validators: [status(200, 400)] }),
      saveRefused([200, 400, 410], COMMITTED),
    ],
    cleanup: endSession(),
  }
}
