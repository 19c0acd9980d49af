import { type ProofSigner, proofHeaders } from '../validator/requests/proof-headers.ts'

/** A `fetch` that signs each request as a WOPI client does whose keys the host demands. */
export function createSignedFetch(
  signer: ProofSigner,
  { fetch = globalThis.fetch, now = Date.now } = {},
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const accessToken = url.searchParams.get('access_token') ?? ''
    // The fragment stays here: what is signed is what travels.
    url.hash = ''
    const headers = new Headers(init?.headers)
    const proof = await proofHeaders({ accessToken, url: url.href, now: now() }, signer)
    for (const [name, value] of proof) headers.set(name, value)
    return await fetch(input, { ...init, headers })
  }
}
