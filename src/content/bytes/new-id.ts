import { randomBytes } from 'node:crypto'

/** Creates an id of 128 random bits, in lowercase hex. */
export function newId(): string {
  return randomBytes(16).toString('hex')
}
