import type { CoauthTableRow } from './locks/state.ts'
import { encodeJson } from './message-json.ts'
import {
  optional,
  readChoice,
  readEntries,
  readMessage,
  readNumber,
  readObject,
  readShortText,
  readSomeText,
  readText,
} from './message-parts.ts'
import { COAUTH_METADATA_MAX_BYTES } from './names.ts'

const LOCK_TYPES = ['Coauth', 'CoauthExclusive'] as const
/** Far more than any file has. */
const COAUTH_TABLE_MAX = 10_000

/**
 * The answer of the coauthoring operations.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodeCoauthTable, parseCoauthTable } from 'wopikit/protocol'
 *
 * const row = { coauthLockId: 'L1', metadata: '', userFriendlyName: 'Alice', lockTime: 0 }
 * const rows = [{ ...row, type: 'Coauth' as const }]
 *
 * assert.deepEqual(parseCoauthTable(encodeCoauthTable(rows)), rows)
 * ```
 */
export function parseCoauthTable(bytes: Uint8Array): CoauthTableRow[] {
  return readEntries(readMessage(bytes)('CoauthTable'), COAUTH_TABLE_MAX, (entry) => {
    const row = readObject(entry)
    return {
      coauthLockId: readSomeText(row('CoauthLockId')),
      metadata: optional(row('CoauthLockMetadata'), readText) ?? '',
      type: readChoice(row('CoauthLockType'), LOCK_TYPES),
      userFriendlyName: readText(row('UserFriendlyName')),
      lockTime: readNumber(row('CoauthLockTime')),
    }
  })
}

/** Rows carry exactly the five properties that the protocol names. {@link parseCoauthTable} has an example. */
export function encodeCoauthTable(rows: readonly CoauthTableRow[]): Uint8Array<ArrayBuffer> {
  return encodeJson({
    CoauthTable: rows.map((row) => ({
      CoauthLockId: row.coauthLockId,
      CoauthLockMetadata: row.metadata,
      CoauthLockType: row.type,
      UserFriendlyName: row.userFriendlyName,
      CoauthLockTime: row.lockTime,
    })),
  })
}

/**
 * The metadata in the body of a GetCoauthLock or RefreshCoauthLock; `''` when it names none.
 *
 * @throws MessageError also when the metadata is longer than 4 KB
 */
export function parseCoauthLockMetadata(bytes: Uint8Array): string {
  const part = readMessage(bytes)('CoauthLockMetadata')
  return optional(part, (present) => readShortText(present, COAUTH_METADATA_MAX_BYTES)) ?? ''
}

export function encodeCoauthLockMetadata(metadata: string): Uint8Array<ArrayBuffer> {
  return encodeJson({ CoauthLockMetadata: metadata })
}
