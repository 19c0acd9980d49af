import { generateKeyPair, type KeyObject } from 'node:crypto'
import { access, constants, readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CasesError } from '../validator/cases/cases-error.ts'
import type { ProofSigner } from '../validator/requests/proof-headers.ts'
import { createProofSigner } from '../validator/requests/sign-proof.ts'
import { openOutput } from './output.ts'
import { discoveryXml, type PublicKey } from './proof-key-discovery.ts'
import { createSignedFetch } from './signed-fetch.ts'
import { createTellingFetch } from './telling-fetch.ts'
import { UsageError, userPath } from './transfer.ts'

/** Largest accepted key file, in bytes. */
const KEY_FILE_MAX_BYTES = 64 * 1024
const TAKEN = 'Keys are never replaced: choose another name.'
const OWNER_ONLY = 0o600
const KEY_BITS = 2048
/** The suffix of the discovery file beside a key file. */
const DISCOVERY_SUFFIX = '.discovery.xml'
const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g

/**
 * Makes the keys that Office would have: the one in use and the one before. Writes both to `path`,
 * readable only for the owner, and their public halves to `path.discovery.xml`.
 *
 * @throws UsageError when one of the files exists already, or cannot be written
 */
export async function writeNewProofKeys(
  path: string,
): Promise<{ keyFile: string; discoveryFile: string }> {
  const newPair = () => promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS })
  const pairs = await Promise.all([newPair(), newPair()])
  const [current, old] = pairs.map(({ publicKey }) => numbersOf(publicKey)) as [
    PublicKey,
    PublicKey,
  ]
  const pem = pairs.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const discoveryFile = `${path}${DISCOVERY_SUFFIX}`
  await using keys = await openOutput(path, { ifTaken: TAKEN, mode: OWNER_ONLY })
  await using discovery = await openOutput(discoveryFile, { ifTaken: TAKEN })
  await keys.file.writeFile(pem.join(''))
  await discovery.file.writeFile(discoveryXml(current, old))
  await keys.commit()
  await discovery.commit()
  return { keyFile: path, discoveryFile }
}

/**
 * Reads one or two private keys as PEM (PKCS #8): the one in use first, then the one before.
 *
 * @throws UsageError when the file cannot be read or holds no such keys; the message reveals
 *   nothing of the file's content
 */
export async function readProofKeys(path: string): Promise<ProofSigner> {
  const [current, old] = (await readSmall(path)).match(PEM_BLOCK) ?? []
  if (current === undefined)
    throw new UsageError(
      `${path} holds no private key as PEM in PKCS #8.\n` +
        '"wopikit validate --new-proof-key FILE" makes one.',
    )
  return await createProofSigner({ current, ...(old !== undefined && { old }) }).catch((error) => {
    throw error instanceof CasesError ? new UsageError(`${path}: ${error.message}`) : error
  })
}

/**
 * The `fetch` of a command: one that signs if the command has keys, otherwise the default.
 *
 * @throws UsageError as `readProofKeys`
 */
export async function fetchOf(
  path: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<typeof fetch> {
  return path === undefined
    ? createTellingFetch()
    : createTellingFetch(createSignedFetch(await readProofKeys(userPath(path, env))))
}

/** The file with the private keys that belong to a discovery file of `writeNewProofKeys`. */
export async function findKeyFile(discoveryFile: string): Promise<string | undefined> {
  if (!discoveryFile.endsWith(DISCOVERY_SUFFIX)) return undefined
  const path = discoveryFile.slice(0, -DISCOVERY_SUFFIX.length)
  return access(path, constants.R_OK).then(
    () => path,
    () => undefined,
  )
}

async function readSmall(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > KEY_FILE_MAX_BYTES) throw new Error(`it has more than ${KEY_FILE_MAX_BYTES} bytes`)
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(`The proof keys cannot be read: ${(error as Error).message}`)
  }
}

function numbersOf(key: KeyObject): PublicKey {
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  return { modulus: Buffer.from(n, 'base64url'), exponent: Buffer.from(e, 'base64url') }
}
