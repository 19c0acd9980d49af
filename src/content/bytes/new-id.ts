import { randomBytes } from 'node:crypto'

/** A new id of 128 random bits, in lowercase hex. */
export function newId(): string {
  return randomBytes(16).toString('hex')
}
