import { ask, type Patience } from '../content/application/deadlines.ts'
import type { ExtraProperties } from '../operations/shared/features.ts'
import type { Access } from '../ports/access.ts'
import type { ProofKeySource } from '../ports/proof-keys.ts'
import type { SignIn } from '../ports/sign-in.ts'

/** Asks an application for rights and tokens, and waits no longer than an answer may take. */
export function createPatientAccess(access: Access, patience: Patience): Access {
  return {
    authenticate: (token, request) =>
      ask(patience, 'Access.authenticate', request.signal, (signal) =>
        access.authenticate(token, { ...request, signal }),
      ),
    ...(access.issue && {
      issue: (request) => ask(patience, 'Access.issue', undefined, () => access.issue?.(request)),
    }),
    ...(access.mayRelease && {
      mayRelease: (grant, lock) =>
        ask(patience, 'Access.mayRelease', lock.signal, async (signal) =>
          Boolean(await access.mayRelease?.(grant, { ...lock, signal })),
        ),
    }),
  }
}

/** Asks an application who has signed in, and waits no longer than an answer may take. */
export function createPatientSignIn(signIn: SignIn, patience: Patience): SignIn {
  return {
    ...signIn,
    authenticate: (accessToken, request) =>
      ask(patience, 'SignIn.authenticate', request.signal, (signal) =>
        signIn.authenticate(accessToken, { ...request, signal }),
      ),
  }
}

/** Asks an application for further properties, and waits no longer than an answer may take. */
export function createPatientProperties(
  properties: ExtraProperties,
  patience: Patience,
): ExtraProperties {
  return (request) => ask(patience, 'properties', undefined, () => properties(request))
}

/** Asks for proof keys, and waits no longer than an answer may take. */
export function createPatientKeys(source: ProofKeySource, patience: Patience): ProofKeySource {
  return {
    keys: () => ask(patience, 'proofKeys.keys', undefined, () => source.keys()),
    refresh: () => ask(patience, 'proofKeys.refresh', undefined, () => source.refresh()),
  }
}
