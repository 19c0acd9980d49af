/** A client of the crash test: it works until the connection breaks, and checks afterwards. */
export interface Writer {
  /**
   * Does one thing that a client does.
   *
   * @throws ConnectionLostError when the server is gone
   * @throws BrokenPromiseError when an answer is wrong
   */
  step(): Promise<void>
  /** Looks whether all that was acknowledged is there, and learns what became of the rest. */
  recover(): Promise<void>
}
