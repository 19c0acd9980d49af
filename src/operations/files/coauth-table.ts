import type { HostReply } from '../../ports/exchange.ts'
import { encodeCoauthTable } from '../../protocol/coauth-messages.ts'
import { coauthTableVersion } from '../../protocol/locks/coauth.ts'
import type { CoauthTableRow } from '../../protocol/locks/state.ts'
import { HEADERS } from '../../protocol/names.ts'

/** A CoauthTable with its version. */
export interface VersionedTable {
  table: readonly CoauthTableRow[]
  version: string
}

export function versionedTable(fileId: string, table: readonly CoauthTableRow[]): VersionedTable {
  return { table, version: coauthTableVersion(fileId, table) }
}

/** The answer of all operations that return the CoauthTable. */
export function coauthTableReply({ table, version }: VersionedTable): HostReply {
  return {
    status: 200,
    headers: { [HEADERS.coauthTableVersion]: version, 'Content-Type': 'application/json' },
    body: encodeCoauthTable(table),
  }
}
