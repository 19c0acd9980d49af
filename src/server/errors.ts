/** What to do when database and content do not belong together. */
export const WAY_OUT =
  'restore both from the same backup, or accept the present pair with "wopikit verify --adopt".'

/** Failures around the server, and how to mend them. One row per code. */
export const SERVER_FAILURES = {
  DATA_MISSING: {
    title: 'There is no data here',
    fix: 'Set --data to the folder that "wopikit serve" uses; its first start creates the folder.',
  },
  DATA_UNUSABLE: {
    title: 'The data folder cannot be used',
    fix: 'Check that you may write to the folder, or set --data to another one.',
  },
  DATA_MISMATCH: {
    title: 'Database and content do not belong together',
    fix: `The host serves and deletes nothing until they do: ${WAY_OUT}`,
  },
  PORT_TAKEN: {
    title: 'The port is in use',
    fix: 'Stop the program that uses it, or set --port to another one; --port 0 takes any free one.',
  },
  ADDRESS_UNUSABLE: {
    title: 'The server cannot listen on this address',
    fix: 'Set --host to an address of this machine, and --port to a port above 1023.',
  },
  DISCOVERY_UNUSABLE: {
    title: 'The discovery file cannot be used',
    fix:
      "Set --discovery to the address of a client's discovery, or to a file with its XML; with " +
      '--proof-keys off the server starts without it.',
  },
  PROPERTIES_UNUSABLE: {
    title: 'The file of properties cannot be used',
    fix: 'Give --properties a JSON file such as {"*": {"EnableShare": true}, ".docx": {…}}.',
  },
  FILE_UNREADABLE: {
    title: 'The file cannot be read',
    fix: 'Check the path; a relative path starts at the current folder.',
  },
  FILE_TOO_LARGE: {
    title: 'The file is larger than this host allows',
    fix: 'Raise maxFileBytes (WOPIKIT_MAX_FILE_BYTES, or the configuration file).',
  },
  DISK_FULL: {
    title: 'There is no room for new content',
    fix: 'Make room on the disk of the data folder; "wopikit sweep" removes unused content.',
  },
  DOCUMENT_UNKNOWN: {
    title: 'There is no such document',
    fix: 'Use the fileId that "wopikit add" printed, with the same --data.',
  },
  DOCUMENT_EXISTS: {
    title: 'A document with this id exists already',
    fix: 'Choose another --id, or leave it out.',
  },
  CONTAINER_UNKNOWN: {
    title: 'There is no such container',
    fix: '"wopikit ls" lists the root container with the ids of the containers in it.',
  },
  SESSION_UNKNOWN: {
    title: 'There is no such open upload session',
    fix: '"wopikit sessions" lists the ids of all open sessions.',
  },
  LOCK_UNKNOWN: {
    title: 'There is no such lock',
    fix: '"wopikit locks" lists the locks in force; this one may have expired meanwhile.',
  },
  ARGUMENT_INVALID: {
    title: 'An argument cannot be used',
    fix: 'See --help of the command.',
  },
} as const

export type ServerErrorCode = keyof typeof SERVER_FAILURES

/** A failure that the operator of the server can mend: `fix` says how. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly code: ServerErrorCode
  readonly fix: string

  /** @param detail the subject, such as a path */
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
