import type { HostOptions } from './host-options.ts'

type Kind = 'text' | 'number' | 'object' | 'function' | 'boolean' | 'list'

/** The kind of value of each option; the type makes the list complete. */
const OPTIONS: Record<keyof HostOptions, Kind> = {
  publicUrl: 'text',
  basePath: 'text',
  metadata: 'object',
  blobs: 'object',
  access: 'object',
  documents: 'object',
  deadlines: 'object',
  log: 'object',
  limits: 'object',
  retention: 'object',
  coauth: 'object',
  memoryBudgetBytes: 'number',
  uploadSessions: 'boolean',
  containers: 'boolean',
  pages: 'object',
  licence: 'object',
  settings: 'object',
  properties: 'function',
  signIn: 'object',
  proofKeys: 'object',
  corsOrigins: 'list',
  onRequest: 'function',
  timers: 'object',
  now: 'function',
  newId: 'function',
  randomBytes: 'function',
}

/** The options that an application must give, and how to get a value. */
const REQUIRED = {
  publicUrl: 'the address by which clients reach the server, such as https://docs.example.com',
  metadata: 'a metadata store, such as createSqliteMetadataStore of wopikit/sqlite',
  blobs: 'a blob store, such as createFileBlobStore of wopikit/file',
  access: 'an object with authenticate(token, request), or createSignedAccess({ key })',
} as const satisfies Partial<Record<keyof HostOptions, string>>

/** Methods that distinguish a store or an Access from other objects. */
const METHODS = {
  metadata: 'readDocument',
  blobs: 'put',
  access: 'authenticate',
  documents: 'find',
} as const satisfies Partial<Record<keyof HostOptions, string>>

/**
 * Checks the options of `createHost`, so that a mistake fails where it was made.
 *
 * @throws TypeError that names the option, the expected kind, and the given one
 */
export function checkHostOptions(options: HostOptions): void {
  const given: Readonly<Record<string, unknown>> = { ...options }
  for (const [name, what] of Object.entries(REQUIRED))
    if (given[name] === undefined) throw new TypeError(`createHost needs ${name}: ${what}`)
  for (const [name, value] of Object.entries(given)) {
    const kind = (OPTIONS as Readonly<Record<string, string>>)[name]
    if (kind === undefined)
      throw new TypeError(
        `createHost has no option ${name}; there are: ${Object.keys(OPTIONS).join(', ')}`,
      )
    if (value !== undefined && kindOf(value) !== kind)
      throw new TypeError(`createHost: ${name} must be a ${kind}, not a ${kindOf(value)}`)
  }
  for (const [name, method] of Object.entries(METHODS)) {
    const value = given[name]
    if (value !== undefined && !hasMethod(value, method))
      throw new TypeError(`createHost: ${name} must have a method ${method}`)
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (value === null) return 'null'
  return typeof value === 'string' ? 'text' : typeof value
}

function hasMethod(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown>)[method] === 'function'
}
