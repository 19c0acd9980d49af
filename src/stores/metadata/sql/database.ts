/** Values of one statement, by the names that it has for them as `:name`. */
export type SqlParams = Readonly<Record<string, SqlValue | readonly SqlListItem[]>>

export type SqlValue = string | number | null | Uint8Array

/** An item of a list that `inList` or `jsonRows` reads. */
export type SqlListItem = string | object

/**
 * One connection to a database that speaks SQL, in a transaction that its owner has begun. The
 * columns `file_id` and `size` come as `fileId` and `size`.
 */
export interface SqlDatabase {
  /** The first row, or `undefined`. */
  get<Row>(sql: string, params?: SqlParams): Promise<Row | undefined>
  all<Row>(sql: string, params?: SqlParams): Promise<Row[]>
  /** Returns the number of rows changed. */
  run(sql: string, params?: SqlParams): Promise<number>
  readonly dialect: SqlDialect
}

/** What each database writes in its own way. */
export interface SqlDialect {
  /** A condition: `column` is one of the strings of the parameter `list`. */
  inList(column: string, list: string): string
  /** A table for FROM: the objects of the parameter `list`, with these properties as its columns. */
  jsonRows(list: string, columns: readonly string[]): string
}
