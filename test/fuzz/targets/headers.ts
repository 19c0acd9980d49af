import assert from 'node:assert/strict'
import { readByteRange } from '../../../src/protocol/byte-range.ts'
import { WopiError } from '../../../src/protocol/errors.ts'
import * as readers from '../../../src/protocol/headers.ts'
import {
  readRequestedContainerName,
  readRequestedFileName,
  readTargetName,
} from '../../../src/protocol/name-headers.ts'
import { decodeUtf7, encodeUtf7 } from '../../../src/protocol/utf7.ts'
import { outcomeOf, pureTarget } from '../target.ts'

/** What may stand in a header that is sent. */
const SENT = /^[\x20-\x7e]*$/

const READERS = [
  readers.readLockId,
  readers.readOptionalLockId,
  readers.readWopiLock,
  readers.readOldLock,
  readers.readCoauthLockId,
  readers.readCoauthLockType,
  readers.readCoauthTimeout,
  readers.readCoauthMetadata,
  readers.readLockTimeout,
  readers.readLockUserVisible,
  readers.readSequenceNumber,
  readers.readMaxExpectedSize,
  readers.readContentRangeOffset,
  readers.readContentRangeLength,
  readers.readUploadSessionToken,
  readRequestedContainerName,
  readRequestedFileName,
  (header: readers.HeaderReader) => readTargetName(header, 'file'),
  (header: readers.HeaderReader) => readTargetName(header, 'container'),
]

/** Headers: each value is read or refused, and nothing of it gets into a line of its own. */
export const headers = pureTarget({
  name: 'headers',
  dictionary: ['+', '-', '+ADw-', '\r\n', '\0', '=?', '2147483648', '-0', '1e3', 'bytes=0-', '../'],
  seeds: () =>
    ['3600', 'true', 'Coauth', 'report.docx', '+Mm8-.docx', '.docx', 'bytes=0-5', 'a lock'].map(
      (text) => new Uint8Array(Buffer.from(text)),
    ),
  run(input) {
    const text = Buffer.from(input).toString('latin1')
    for (const read of READERS) outcomeOf(() => read(() => text), WopiError)
    readByteRange(text, 1000)
    assert.match(readers.headerValue(text), SENT)
    assert.match(readers.conflictingUsernameHeader(text), SENT)
    const decoded = decodeUtf7(text)
    if (decoded?.isWellFormed()) assert.equal(decodeUtf7(encodeUtf7(decoded)), decoded)
  },
})
