import type { WopiClientErrorCode } from '../../src/client/errors.ts'
import type { DiscoveryErrorCode } from '../../src/protocol/discovery-error.ts'
import type { FrameErrorCode } from '../../src/protocol/frames/frame-error.ts'
import type { MessageErrorCode } from '../../src/protocol/message-error.ts'
import type { FailureRow } from './row.ts'

/** Every code of `WopiClientError`, with the statuses that lead to it. */
export const CLIENT_FAILURES: Record<WopiClientErrorCode, FailureRow & { status: string }> = {
  BAD_REQUEST: {
    status: '400, other 3xx and 4xx',
    cause: 'The host refused the request, or answered with a redirect.',
    mend: 'Read `failureReason`.',
  },
  INVALID_TOKEN: {
    status: '401',
    cause: 'The access token is missing, expired or not valid.',
    mend: 'Get a new token and call again with the saved state.',
  },
  NOT_FOUND: {
    status: '403, 404',
    cause: 'There is no such document, or the token does not allow this.',
    mend: 'Check the WOPISrc and the permissions of the token.',
  },
  LOCKED: {
    status: '409',
    cause: 'Another lock holds the document; `lock` is empty when none does.',
    mend: 'Try again when it is released; `lockedBy` names its user where the host tells.',
  },
  SESSION_GONE: {
    status: '410',
    cause: 'Each new upload session expired before the upload was complete.',
    mend: 'Start the upload again without the old state.',
  },
  SEQUENCE_MISMATCH: {
    status: '412',
    cause: 'Another client keeps saving the document, or it is larger than was expected.',
    mend: 'Read the current state (`sequenceNumber`) and save again.',
  },
  TOO_LARGE: {
    status: '413',
    cause: 'The document is larger than the host allows.',
    mend: 'The operator of the host raises `maxFileBytes`.',
  },
  NOT_SUPPORTED: {
    status: '501',
    cause: 'The host does not offer this operation.',
    mend: 'Use a host with CSPP Plus, or GetFile and PutFile.',
  },
  PROOF_REFUSED: {
    status: '500',
    cause: 'The host takes only requests that a client whose keys it knows has signed.',
    mend: 'Sign them in a `fetch` of your own, for the address that the host tells clients.',
  },
  HOST_FAILED: {
    status: 'other 5xx',
    cause: 'The host is in trouble for longer than `retry` allows.',
    mend: 'Try again later with the saved state; the log of the host tells more.',
  },
  NETWORK: {
    status: '–',
    cause: 'No connection was made, or it broke, for longer than `retry` allows.',
    mend: 'Check the address and the network, then call again with the saved state.',
  },
  CANNOT_CONNECT: {
    status: '–',
    cause:
      'The address is `http` where the host speaks `https`, or the other way round; its certificate is not trusted; or `fetch` never uses the port.',
    mend: 'Mend the address, or trust the certificate (`NODE_EXTRA_CA_CERTS`). It is not tried again.',
  },
  BLOCKED: {
    status: '–',
    cause: 'The browser lets the page not ask the host: CORS, mixed content, `connect-src`.',
    mend: 'The message says which: docs/client.md has the headers and policies that are needed.',
  },
  SOURCE_CHANGED: {
    status: '–',
    cause: 'The document was written, moved or deleted while it was read or sent.',
    mend: 'Read or choose it anew; for what nobody saved meanwhile the old state goes on.',
  },
  BAD_REPLY: {
    status: '–',
    cause: 'The answer is not what the protocol says, or its bytes are damaged.',
    mend: 'Check that the address is a WOPISrc, and that no proxy changes bodies.',
  },
}

/** Every code of `DiscoveryError`. */
export const DISCOVERY_FAILURES: Record<DiscoveryErrorCode, FailureRow> = {
  DISCOVERY_TOO_LARGE: {
    cause: 'The XML of discovery is larger than any client sends.',
    mend: 'Check that the address is that of a discovery.',
  },
  DISCOVERY_INVALID: {
    cause: 'The document is not well-formed XML, or is no discovery.',
    mend: 'Check the address: it usually ends in `/hosting/discovery`.',
  },
  DISCOVERY_UNAVAILABLE: {
    cause: 'The address does not answer in time, or answers with an error.',
    mend: 'Check network and address; the next call tries again.',
  },
  PROOF_KEY_MISSING: {
    cause: 'Discovery has no `proof-key`.',
    mend: 'Leave `proofKeys` out: this client does not sign its requests.',
  },
  PROOF_KEY_INVALID: {
    cause: 'The `proof-key` holds no usable RSA key.',
    mend: 'Ask the operator of the client.',
  },
  ACTION_URL_TOO_LONG: {
    cause: 'The address would be longer than browsers and proxies take.',
    mend: 'Use shorter file ids or session contexts.',
  },
}

/** Every code of `MessageError`. */
export const MESSAGE_FAILURES: Record<MessageErrorCode, FailureRow> = {
  MESSAGE_INVALID: {
    cause: 'A member of the JSON message is missing or wrong; `path` names it.',
    mend: 'The sender corrects the message.',
  },
  MESSAGE_TOO_LARGE: {
    cause: 'The JSON message goes beyond a limit of this implementation.',
    mend: 'The sender splits its request.',
  },
}

/** Every code of `FrameError`: what is wrong at `position`. The sender has to encode frames anew. */
export const FRAME_FAILURES: Record<FrameErrorCode, string> = {
  FRAME_TYPE_UNKNOWN: 'The header names a type of frame that does not exist.',
  FRAME_NOT_ALLOWED: 'A frame of this type may not come here.',
  EXTENDED_HEADER_SIZE_WRONG: 'The extended header has another size than its type demands.',
  END_FRAME_WITH_PAYLOAD: 'The end frame has a payload.',
  PAYLOAD_SIZE_TOO_LARGE: 'The payload is larger than a number can tell exactly.',
  RANGE_OFFSET_TOO_LARGE: 'A range begins beyond what a number can tell exactly.',
  RANGE_LENGTH_TOO_LARGE: 'A range is longer than a number can tell exactly.',
  RANGE_LENGTH_MISMATCH: 'A range and its payload have different lengths.',
  RANGE_FLAGS_UNKNOWN: 'The flags of a range have a value that does not exist.',
  CHUNK_HASH_MISMATCH: 'The payload of a chunk does not hash to its ChunkId.',
  HEADER_TRUNCATED: 'The bytes end inside a frame header.',
  EXTENDED_HEADER_TRUNCATED: 'The bytes end inside an extended header.',
  PAYLOAD_TRUNCATED: 'The bytes end inside a payload.',
  END_FRAME_MISSING: 'The bytes end without an end frame.',
}

/** Errors of one code each: those that `wopikit` and `wopikit/store` export, by class. */
export const SINGLE_FAILURES: Record<string, FailureRow & { code: string }> = {
  DocumentExistsError: {
    code: 'DOCUMENT_EXISTS',
    cause: '`documents.create` was given a fileId that is taken.',
    mend: 'Choose another fileId, or leave it out.',
  },
  RevisionGoneError: {
    code: 'REVISION_GONE',
    cause: 'Your `DocumentSource.open` throws it: the revision is not there any more.',
    mend: 'Declare the source `mutable` if old revisions may go.',
  },
  BlobNotFoundError: {
    code: 'BLOB_NOT_FOUND',
    cause: 'A blob store has nothing under the key.',
    mend: 'Run `wopikit verify`; restore the blobs from the same backup as the metadata.',
  },
  BlobExistsError: {
    code: 'BLOB_EXISTS',
    cause: 'A blob store has something under a new key already.',
    mend: 'Keys are random: check that no two hosts with different metadata share the blobs.',
  },
  BlobStoreFullError: {
    code: 'BLOB_STORE_FULL',
    cause: 'The blob store is at its reserve of free space.',
    mend: 'Make room; clients see STORAGE_FULL meanwhile.',
  },
}
