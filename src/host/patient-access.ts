import { ask, type Patience } from '../content/application/deadlines.ts'
import type { Access } from '../ports/access.ts'
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
