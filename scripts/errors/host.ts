import type { FailureCode } from '../../src/protocol/errors.ts'
import type { FailureRow } from './row.ts'

/** Every failure that a host answers. The type makes the list complete. */
export const HOST_FAILURES: Record<FailureCode, FailureRow> = {
  HEADER_MISSING: {
    cause: 'A header that the operation needs is absent or empty.',
    mend: 'Send the header that the reason names.',
  },
  HEADER_INVALID: {
    cause: 'A header has a value that the protocol does not allow.',
    mend: 'The reason names the header, what it must be, and what came. Send a correct value.',
  },
  BOTH_LOCKS: {
    cause: 'The request carries a WOPI lock and a coauthoring lock.',
    mend: 'Send one of the two.',
  },
  EDITORS_WITHOUT_PROOF: {
    cause: 'PutChunkedFile names editors, but its proof is missing or wrong.',
    mend: 'Sign the request, or leave `X-WOPI-Editors` out.',
  },
  FRAMES_INVALID: {
    cause: 'The body is no sequence of frames, or has a frame that does not belong there.',
    mend: 'The reason names the byte, what was expected and what came. Encode the frames anew.',
  },
  MESSAGE_INVALID: {
    cause: 'The JSON message of the body has a missing or wrong member.',
    mend: 'The reason names the member. Correct the message.',
  },
  BODY_INVALID: {
    cause: 'The body broke off, arrived too slowly, or is not what the operation accepts.',
    mend: 'Send it again. The document is as it was before.',
  },
  CHUNK_MISSING: {
    cause:
      'A signature names a chunk that is neither in the request, nor in its session, nor in the document.',
    mend: 'Send the chunk that the reason names. Another client may have saved meanwhile: ask GetChunkedFile.',
  },
  OFFSET_MISMATCH: {
    cause:
      'A fragment does not begin where the upload session stands, often because an answer was lost.',
    mend: 'Go on from `X-WOPI-UploadSessionCurrentOffset` of the answer.',
  },
  LENGTH_MISMATCH: {
    cause: 'The body has more or fewer bytes than its headers say.',
    mend: 'Send the fragment again with its true length. Nothing of it was kept.',
  },
  CONTENT_LIMIT: {
    cause: 'The file would have too many alternate streams, content properties or pieces.',
    mend: 'The reason names the limit. Delete streams or properties first, or save the file in one stream.',
  },
  SETTINGS_PATH_INVALID: {
    cause: 'The address or `fileId` of a request for settings names no file of settings.',
    mend: 'Send `type=userconfig` or `systemconfig`, or a `fileId` such as `/settings/userconfig/wordbook/standard.dic`.',
  },
  NAME_INVALID: {
    cause: 'A name has characters that clients cannot have, or is too long.',
    mend: 'Use the name in `X-WOPI-ValidRelativeTarget`, or suggest a name rather than demand one.',
  },
  INVALID_TOKEN: {
    cause: 'The access token is missing, expired, revoked, or made for something else.',
    mend: 'The page that opened the document has to get a new token from the application.',
  },
  NOT_FOUND: {
    cause:
      'There is no such file or container, or the token does not allow this operation on it. The host does not tell which.',
    mend: 'Check the id, and the permissions that `Access.authenticate` grants.',
  },
  NO_SUCH_ROUTE: {
    cause: 'The address, or the method with the override header, belongs to no WOPI operation.',
    mend: 'Compare the address with the WOPISrc, and `publicUrl` and `basePath` with the mount.',
  },
  GAVE_WAY: {
    cause:
      'The client sent or took next to nothing while its request held memory that others waited for.',
    mend: 'Send the request again over a faster connection, or ask for less at once.',
  },
  LOCK_CONFLICT: {
    cause: 'Another lock holds the file, or the lock of the request has run out.',
    mend: '`X-WOPI-Lock` has the lock that holds the file; it is empty when none does. Ask its user to close the file, or wait until it expires.',
  },
  NAME_TAKEN: {
    cause: 'A file or container of this name is in the container already.',
    mend: 'Use another name; `X-WOPI-ValidRelativeTarget` has a free one.',
  },
  NOT_EMPTY: {
    cause: 'The container that is to be deleted holds something, or is the root.',
    mend: 'Delete what is in it first.',
  },
  CHANGED_ELSEWHERE: {
    cause:
      'Collabora saves with the time of the state that it knows, and the file has a newer state.',
    mend: 'The editor asks its user which state to keep.',
  },
  SESSION_GONE: {
    cause: 'The upload session is unknown, expired, cancelled or committed.',
    mend: 'Create a new session and send the chunks again that the host lacks.',
  },
  SEQUENCE_MISMATCH: {
    cause: 'Another client has saved since the sequence number that was sent.',
    mend: 'Read the current state (`X-WOPI-SequenceNumber`), merge, and save again.',
  },
  LARGER_THAN_EXPECTED: {
    cause: 'The file is larger than `X-WOPI-MaxExpectedSize`.',
    mend: 'Ask with a larger number, or read the file in chunks.',
  },
  TOO_LARGE: {
    cause: 'The content, message or list is larger than this host allows.',
    mend: 'Send less, or raise the limit that the reason names (`limits` of `createHost`, or the settings of the server).',
  },
  BODY_ENCODED: {
    cause:
      '`Content-Encoding`, `Content-Range` or a multipart `Content-Type` says that the body is not the content itself.',
    mend: 'Send the bytes as they are: not compressed, whole, and not as a form.',
  },
  QUOTA_EXCEEDED: {
    cause: 'The user has too many upload sessions on this file.',
    mend: 'Commit or drop one; each ends half an hour after its last fragment.',
  },
  STORAGE_FULL: {
    cause: 'Free space on the disk has fallen below the reserve.',
    mend: 'The operator makes room. `wopikit sweep` removes what nobody needs.',
  },
  PROOF_INVALID: {
    cause: 'The host demands proof keys, and the signature is missing, wrong or too old.',
    mend: 'Check that `publicUrl` is the address that clients see, the clock of the host, and the address of discovery.',
  },
  PROOF_KEYS_UNKNOWN: {
    cause: 'The host demands proofs, but has not been able to read discovery.',
    mend: 'The operator makes the address of discovery reachable; the log has the cause.',
  },
  BODY_CONSUMED: {
    cause: 'A body parser of the application has read the request before wopikit.',
    mend: 'Mount the host before any body parser: docs/embedding.md.',
  },
  INTERNAL: {
    cause: 'A store or the application failed, or wopikit has a bug.',
    mend: 'The log has the error with its stack, found by the correlation id. Nothing was saved, or the same save can be repeated.',
  },
  NOT_SUPPORTED: {
    cause:
      'The host does not offer this operation: it is switched off, or needs a part that the application has not given.',
    mend: 'Look at what CheckFileInfo promises. The operator finds the switches in docs/embedding.md.',
  },
  OVERLOADED: {
    cause:
      'Large requests have taken all the memory that they share, or all of one user or document.',
    mend: 'Send the request again after `Retry-After`. The operator raises `memoryBudget` when it happens often.',
  },
  SHUTTING_DOWN: {
    cause: 'The host takes no new requests because it is stopping.',
    mend: 'Send the request again in a moment.',
  },
}
