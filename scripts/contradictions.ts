/** A place where the sources disagree, and what this host does. */
export interface Contradiction {
  topic: string
  /** Who says what. */
  sources: string
  /** What this host does, and why. */
  choice: string
  /** The test that shows it: its file, and its name or the beginning of it. */
  shownBy: { file: string; test: string }
}

/** Where Microsoft's pages and its validator contradict each other or themselves. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    topic: 'Coauthoring properties of CheckFileInfo',
    sources:
      'The pages mark some as optional. The validator knows two schemas that exclude each other: all eight properties, or none; anything else skips every case.',
    choice: 'All eight, or none, by configuration and file type.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo sends all eight Plus properties for a file that is coauthored',
    },
  },
  {
    topic: 'AccessTokenExpiry of 0',
    sources:
      'The page and the schema allow 0 for “unknown”; the validator wants a time within ten years of now.',
    choice: 'The true time when the token expires.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo sends all eight Plus properties for a file that is coauthored',
    },
  },
  {
    topic: 'FileGeoLocationCode',
    sources:
      'The page lists it as required and describes it under “not required”; the schema wants it to be there, also when it is empty.',
    choice: 'Always there with the other seven, empty unless it is configured.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo sends all eight Plus properties for a file that is coauthored',
    },
  },
  {
    topic: 'SharingStatus',
    sources:
      'The page on coauthoring requires it; the one on other properties still calls it unused.',
    choice: 'Always there with the other seven.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo sends all eight Plus properties for a file that is coauthored',
    },
  },
  {
    topic: 'Promise of transfer in chunks',
    sources:
      'The pages: SupportsCoauth, and SupportsResumableFileTransfer for upload sessions; the validator’s comments name a SupportsChunkedFileTransfer that is nowhere else.',
    choice: 'As the pages say.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo does not promise upload sessions where they are switched off',
    },
  },
  {
    topic: 'PutFile without a lock',
    sources:
      'The page refuses it for files with content; Collabora never locks where SupportsLocks is false.',
    choice: 'SupportsLocks is always promised, and the page is followed.',
    shownBy: {
      file: 'src/operations/files/put-file.test.ts',
      test: 'PutFile into an unlocked file with content is 409 with an empty X-WOPI-Lock',
    },
  },
  {
    topic: 'Null properties',
    sources: 'The page forbids null; the schemas accept it.',
    choice: 'A value, or no property.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo sends no nulls',
    },
  },
  {
    topic: 'FileUrl',
    sources:
      'Every request carries an access token, says the page on tokens; the validator and the page on FileUrl fetch it as it is.',
    choice:
      'The address carries a token of its own, which is good for reading this file and for nothing else.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo gives a FileUrl that is fetched without headers, for the newest bytes and no more',
    },
  },
  {
    topic: 'The last save after Unlock',
    sources:
      'PutFile into an unlocked file with content is 409; Collabora unlocks before its last save.',
    choice:
      'Taken, if the client says that it is the last, and nobody has saved since the time it tells.',
    shownBy: {
      file: 'src/operations/files/put-file.test.ts',
      test: 'PutFile takes the last save of a client that has unlocked, if nobody has saved since',
    },
  },
  {
    topic: 'Characters of user ids',
    sources: 'Today’s page allows letters and digits only; older ones advise against some signs.',
    choice: 'Applications may have any; clients are told letters and digits.',
    shownBy: {
      file: 'src/operations/files/check-file-info.test.ts',
      test: 'CheckFileInfo tells user ids of letters and digits, whatever the application has',
    },
  },
  {
    topic: 'Where the access token is',
    sources:
      'Today’s page makes the query the place, and the Authorization header optional; an older one requires the header.',
    choice: 'The query; the header where the query has none.',
    shownBy: {
      file: 'src/host/dispatch.test.ts',
      test: 'dispatch prefers the token of the query to that of the Authorization header',
    },
  },
  {
    topic: 'Empty headers',
    sources:
      'The pages speak of headers that “aren’t empty”; the validator sends optional headers empty.',
    choice: 'An empty header is one that is not there.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file-refusals.test.ts',
      test: 'PutChunkedFile takes empty lock headers for none',
    },
  },
  {
    topic: 'X-WOPI-Lock in conflicts with coauthoring locks',
    sources:
      'One page sends it empty, another leaves it out of every 409 while coauthoring locks exist.',
    choice: 'Left out, which both readings accept.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file-refusals.test.ts',
      test: 'PutChunkedFile with a lock that is not in the table is 409 without lock headers',
    },
  },
  {
    topic: 'X-WOPI-ConflictingMechanism',
    sources:
      'It “must be set” when a lock does not match, says the page; its table has no value for unlocked files and for locks that are missing from the table.',
    choice: 'Left out in these two cases.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file-refusals.test.ts',
      test: 'PutChunkedFile with a lock that is not in the table is 409 without lock headers',
    },
  },
  {
    topic: 'Conflict of a WOPI lock in PutChunkedFile',
    sources: 'The text tells it by X-WOPI-Lock, the table by X-WOPI-ConflictingMechanism.',
    choice: 'Both.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file-refusals.test.ts',
      test: 'PutChunkedFile against another’s WOPI lock is 409 and names that lock',
    },
  },
  {
    topic: 'PutChunkedFile without MainContent',
    sources:
      'The page answers 400; the validator demands 200, and the page’s own rule that streams are carried forward reads like it.',
    choice: '200; what is not named stays as it is.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file.test.ts',
      test: 'PutChunkedFile of an alternate stream alone carries the main content forward',
    },
  },
  {
    topic: 'X-WOPI-SequenceNumber of 0',
    sources:
      'The value “must be greater than 0”, says the page; the validator sends 0 and expects 412 with the current number.',
    choice: '412, as for every number that is not the current one.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file-refusals.test.ts',
      test: 'PutChunkedFile against another number than the current one is 412 and names it',
    },
  },
  {
    topic: 'X-WOPI-Editors without a valid proof',
    sources: 'The page on PutChunkedFile answers 400, the one on proof keys 500.',
    choice: '400 for PutChunkedFile, whose page is the more special one; else 500.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file.test.ts',
      test: 'PutChunkedFile names editors without proof keys: 400',
    },
  },
  {
    topic: 'UploadSessionTokenToCommit without a session',
    sources:
      'The validator’s schema demands a text, its client sends null, and the page’s sample leaves it out or has null.',
    choice: 'Null, the empty text and no member are all “no session”.',
    shownBy: {
      file: 'src/operations/files/put-chunked-file.test.ts',
      test: 'PutChunkedFile takes null, empty and missing session tokens for none',
    },
  },
  {
    topic: 'Retention of content properties',
    sources: 'One page calls it ContentPropertyRetention; samples and validator, Retention.',
    choice: 'Retention is sent; both are understood.',
    shownBy: {
      file: 'src/protocol/messages.test.ts',
      test: 'parsePutChunkedFileRequest takes either spelling of Retention, and has a default',
    },
  },
  {
    topic: 'Members of GetChunkedFile’s request',
    sources:
      'The validator’s schema demands ChunksToReturn and AlreadyKnownChunks; the page has defaults.',
    choice: 'The defaults.',
    shownBy: {
      file: 'src/operations/files/get-chunked-file.test.ts',
      test: 'GetChunkedFile without ChunksToReturn sends all, and ignores members it does not know',
    },
  },
  {
    topic: 'A stream that does not exist',
    sources:
      'The page names no scheme for it; the validator asks for FullFile and expects Zip without chunks.',
    choice: 'Zip without chunks.',
    shownBy: {
      file: 'src/operations/files/get-chunked-file.test.ts',
      test: 'GetChunkedFile of a stream that does not exist answers Zip and no chunks',
    },
  },
  {
    topic: 'Content of no bytes',
    sources:
      'The page: one chunk, with the id of the empty text; the validator’s client declares no chunks.',
    choice: 'One empty chunk is sent; both are accepted.',
    shownBy: {
      file: 'src/operations/files/get-chunked-file.test.ts',
      test: 'GetChunkedFile of an empty file sends the empty chunk and a frame for it',
    },
  },
  {
    topic: 'Byte order of ChunkIds',
    sources:
      'All binary structures are big-endian, says the page; its samples have the words of the hash little-endian.',
    choice: 'As the samples, and the validator’s documents, have them.',
    shownBy: {
      file: 'src/protocol/spooky/spooky.test.ts',
      test: 'chunkIdOf no bytes is the ChunkId that get-chunked-file gives to an empty stream',
    },
  },
  {
    topic: 'Names in GetChunks',
    sources:
      'ChunkRangesToReturn and ChunkRangeToReturn; ChunkRange and PartialChunk, Chunk and FullChunk.',
    choice: 'ChunkRangesToReturn, ChunkRange, Chunk.',
    shownBy: {
      file: 'src/operations/files/get-chunks.test.ts',
      test: 'GetChunks sends the range that was asked for',
    },
  },
  {
    topic: 'Expiry of upload sessions',
    sources:
      'The text of CreateUploadSession promises the time in the response; its list of properties and its sample do not have it.',
    choice: 'UploadSessionExpiry is there besides the token.',
    shownBy: {
      file: 'src/operations/files/create-upload-session.test.ts',
      test: 'CreateUploadSession answers a token of 256 bits and when the session expires',
    },
  },
  {
    topic: 'X-WOPI-CoauthLockType',
    sources: 'The header’s line on the page has the name of the operation as its value.',
    choice: 'Coauth or CoauthExclusive, spelt so; else 400.',
    shownBy: { file: 'src/operations/files/get-coauth-lock.test.ts', test: 'GetCoauthLock with ' },
  },
  {
    topic: 'CoauthLockMetadata in the body',
    sources: 'The pages know the header only; the validator sends a JSON body, too.',
    choice: 'Both are taken, the body before the header.',
    shownBy: {
      file: 'src/operations/files/get-coauth-lock.test.ts',
      test: 'GetCoauthLock takes the metadata of the body before that of the header',
    },
  },
  {
    topic: 'Most bytes of CoauthLockMetadata',
    sources: 'The page: 4 KB; the validator’s cases of that name send a short text.',
    choice: 'More than 4 KB is 400.',
    shownBy: {
      file: 'src/operations/files/get-coauth-lock.test.ts',
      test: 'GetCoauthLock with a body that is no JSON, or metadata of more than 4 KB in it, is 400',
    },
  },
  {
    topic: 'A coauthoring lock that is taken again with another type',
    sources:
      'The page leaves it open; the validator leaves a lock behind in one case and takes it as exclusive in the next.',
    choice: 'The lock switches its type.',
    shownBy: {
      file: 'src/operations/files/get-coauth-lock.test.ts',
      test: 'GetCoauthLock of one’s own lock switches its type, and keeps time and version rules',
    },
  },
  {
    topic: 'Right to see the coauthoring table',
    sources:
      'No permission to edit is needed, says the text of GetCoauthTable; its status table has 404 for tokens without it.',
    choice: 'Who may read the file may see the table.',
    shownBy: {
      file: 'src/operations/files/get-coauth-table.test.ts',
      test: 'GetCoauthTable needs no right to write; without any it is 404, without a token 401',
    },
  },
  {
    topic: 'Suggested and exact name together',
    sources:
      'Where the operation is supported the validator accepts 400 or 501, where it is not and in CreateChildFile only 501.',
    choice: '501 everywhere.',
    shownBy: {
      file: 'src/operations/files/put-relative-file.test.ts',
      test: 'PutRelativeFile with both names is 501, with none or an illegal one 400',
    },
  },
  {
    topic: 'PutRelativeFile by a user who may not add files',
    sources: '404 is for users without a right; with UserCanNotWriteRelative the page has 501.',
    choice: '501, and UserCanNotWriteRelative says so beforehand.',
    shownBy: {
      file: 'src/operations/files/put-relative-file.test.ts',
      test: 'PutRelativeFile is 501 without the right to create, and without tokens',
    },
  },
  {
    topic: 'Name that a renamed file gets',
    sources:
      'The host may adjust a name, says the page; the validator expects the one that it asked for.',
    choice: 'The name as it was asked for where that is free and legal; else adjusted.',
    shownBy: {
      file: 'src/operations/files/rename-file.test.ts',
      test: 'RenameFile makes a name legal, and numbers one that is taken',
    },
  },
  {
    topic: 'Bytes of the token in a proof',
    sources:
      'The page signs the token as it stands in the address in its samples; the validator signs it decoded.',
    choice: 'Both are accepted. Tokens need no escaping, so that they are the same.',
    shownBy: {
      file: 'src/host/check-proof.test.ts',
      test: 'accepts a proof over the decoded token or the token as in the query',
    },
  },
  {
    topic: 'Proofs that are not there',
    sources:
      'Of seven cases about proofs Microsoft’s command sends the same unsigned request, expecting 200 in four and 500 in three.',
    choice:
      'A host that knows keys demands a proof of every request; the cases are run with keys (P).',
    shownBy: {
      file: 'test/validator/configurations.test.ts',
      test: 'have each been executed in one of the configurations',
    },
  },
  {
    topic: 'Groups that exclude each other',
    sources:
      'PutRelativeFile and PutRelativeFileUnsupported, and renaming with and without containers, cannot both run against one host; cases about containers expect that the user may add files.',
    choice: 'Three configurations (A, B, C), between which every case runs.',
    shownBy: {
      file: 'test/validator/configurations.test.ts',
      test: 'have each been executed in one of the configurations',
    },
  },
]
