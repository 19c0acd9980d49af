import { type ProofSigner, proofHeaders } from '../validator/requests/proof-headers.ts'

/** A `fetch` that signs each request, as the WOPI client does whose proofs the host demands. */
export function createSignedFetch(
  signer: ProofSigner,
  { fetch = globalThis.fetch, now = Date.now } = {},
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const accessToken = url.searchParams.get('access_token') ?? ''
    // The fragment is not sent, so it is not signed.
    url.hash = ''
    const headers = new Headers(init?.headers)
    const proof = await proofHeaders({ accessToken, url: url.href, now: now() }, signer)
    for (const [name, value] of proof) headers.set(name, value)
    return await fetch(input, { ...init, headers })
  }
}
