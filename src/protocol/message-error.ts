/** `MESSAGE_TOO_LARGE` is a limit of this host (413), `MESSAGE_INVALID` a mistake (400). */
export type MessageErrorCode = 'MESSAGE_INVALID' | 'MESSAGE_TOO_LARGE'

/** A JSON message that cannot be used. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
  readonly code: MessageErrorCode
  /** Member at fault, such as `Signatures[0].StreamId`; empty for the message as a whole. */
  readonly path: string

  constructor(path: string, problem: string, code: MessageErrorCode = 'MESSAGE_INVALID') {
    super(`${path === '' ? 'The JSON message' : path} ${problem}`)
    this.code = code
    this.path = path
  }
}

/** A message beyond a limit: `limit` is the largest size allowed, with its unit. */
export function messageTooLarge(limit: string): MessageError {
  return new MessageError('', `is larger than ${limit}`, 'MESSAGE_TOO_LARGE')
}
