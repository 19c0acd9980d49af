import type { SqlDialect } from '../sql/database.ts'

/** Lists reach SQLite as JSON. */
export const SQLITE_DIALECT: SqlDialect = {
  inList: (column, list) => `${column} IN (SELECT value FROM json_each(:${list}))`,

  jsonRows(list, columns) {
    const selected = columns.map((column) => `value ->> '${column}' AS ${column}`)
    return `(SELECT ${selected.join(', ')} FROM json_each(:${list}))`
  },
}
