import { HEADERS } from '../../protocol/names.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import { hasHeader, status } from './expectations.ts'

/** A row as a validator; members that are left out are not compared. */
export interface Row {
  id: string
  type?: 'Coauth' | 'CoauthExclusive'
  metadata?: string
}

/** The JSON body shows these locks, in any order. */
export function showsRows(rows: readonly Row[]): Validator {
  const expected = rows.map(({ id, type = '*', metadata = '*' }) => ({
    CoauthLockId: id,
    CoauthLockType: type,
    CoauthLockMetadata: metadata,
    UserFriendlyName: '*',
    CoauthLockTime: '*',
  }))
  return {
    check: 'json',
    properties: [
      { name: 'CoauthTable', type: 'body', required: true, expected: JSON.stringify(expected) },
    ],
  }
}

/** GetCoauthTable shows these locks, and has a version. */
export function table(rows: readonly Row[], more: readonly Validator[] = []): Request {
  return {
    operation: 'GetCoauthTable',
    validators: [status(200), hasHeader(HEADERS.coauthTableVersion), showsRows(rows), ...more],
  }
}
