/** A step of a case that cannot be taken, such as one that needs a value which never came. */
export class CaseError extends Error {
  override readonly name = 'CaseError'
}
