/** What to do when database and content do not belong together. */
export const WAY_OUT =
  'restore both from the same backup, or accept what there is with "wopikit verify --adopt".'

/** What may go wrong around the server, and how it is mended. One row per code. */
export const SERVER_FAILURES = {
  DATA_MISSING: {
    title: 'There is no data here',
    fix: 'Give --data DIR with the folder that "wopikit serve" uses; its first start makes one.',
  },
  DATA_UNUSABLE: {
    title: 'The data folder cannot be used',
    fix: 'Check that the folder can be written, or give another one with --data DIR.',
  },
  DATA_MISMATCH: {
    title: 'Database and content do not belong together',
    fix: `Nothing is served or swept until they do: ${WAY_OUT}`,
  },
  PORT_TAKEN: {
    title: 'The port is in use',
    fix: 'Stop what uses it, or give another one with --port; --port 0 takes any free one.',
  },
  ADDRESS_UNUSABLE: {
    title: 'The server cannot listen there',
    fix: 'Give an address of this machine with --host, and a port above 1023 with --port.',
  },
  DISCOVERY_UNUSABLE: {
    title: 'The discovery file cannot be used',
    fix:
      "Give --discovery the address of a client's discovery, or a file with its XML; with " +
      '--proof-keys off the server starts without it.',
  },
  PROPERTIES_UNUSABLE: {
    title: 'The file of properties cannot be used',
    fix: 'Give --properties a JSON file such as {"*": {"EnableShare": true}, ".docx": {…}}.',
  },
  FILE_UNREADABLE: {
    title: 'The file cannot be read',
    fix: 'Check the path; a relative one starts at the folder that you are in.',
  },
  FILE_TOO_LARGE: {
    title: 'The file is larger than this host allows',
    fix: 'Set maxFileBytes higher (WOPIKIT_MAX_FILE_BYTES, or the configuration file).',
  },
  DISK_FULL: {
    title: 'There is no room for new content',
    fix: 'Make room on the disk of the data folder; "wopikit sweep" removes what is not needed.',
  },
  DOCUMENT_UNKNOWN: {
    title: 'There is no such document',
    fix: 'Use the fileId that "wopikit add" has printed, with the same --data.',
  },
  DOCUMENT_EXISTS: {
    title: 'There is a document with this id already',
    fix: 'Give another --id, or none.',
  },
  CONTAINER_UNKNOWN: {
    title: 'There is no such container',
    fix: '"wopikit ls" lists the root container, with the ids of those in it.',
  },
  SESSION_UNKNOWN: {
    title: 'There is no such open upload session',
    fix: '"wopikit sessions" lists the ids of those there are.',
  },
  LOCK_UNKNOWN: {
    title: 'There is no such lock',
    fix: '"wopikit locks" lists those in force; it may have run out meanwhile.',
  },
  ARGUMENT_INVALID: {
    title: 'An argument cannot be used',
    fix: 'See --help of the command.',
  },
} as const

export type ServerErrorCode = keyof typeof SERVER_FAILURES

/** A failure that whoever runs the server can mend: `fix` says how. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly code: ServerErrorCode
  readonly fix: string

  /** @param detail what it is about, such as a path */
  constructor(
    code: ServerErrorCode,
    detail: string,
    options: { cause?: unknown; fix?: string } = {},
  ) {
    super(`${SERVER_FAILURES[code].title}: ${detail}`, { cause: options.cause })
    this.code = code
    this.fix = options.fix ?? SERVER_FAILURES[code].fix
  }
}
