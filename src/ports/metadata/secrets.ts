/** Secrets that all hosts over one store share. */
export interface SecretStore {
  /** Returns the secret of this name. If there is none yet, `candidate` becomes it. */
  ensureSecret(name: string, candidate: Uint8Array): Promise<Uint8Array>
}
