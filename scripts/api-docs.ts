/**
 * Writes the API reference, docs/api, from the comments in the source.
 *
 *   node scripts/api-docs.ts           writes it
 *   node scripts/api-docs.ts --check   exits 1 when it is not up to date, 77 when that cannot be told
 *
 * TypeDoc and the compiler that it needs are in tools/docs, from where they are installed when they
 * are missing. Without the registry nothing is checked.
 */
import { execFile } from 'node:child_process'
import { access, glob, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm } from './npm.ts'
import { SKIPPED } from './test-steps.ts'

const ROOT = join(import.meta.dirname, '..')
const TOOLS = join(ROOT, 'tools/docs')
const TYPEDOC = join(TOOLS, 'node_modules/typedoc/bin/typedoc')
const TARGET = join(ROOT, 'docs/api')
/** How npm says that it does not reach the registry. */
const OFFLINE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENOTCACHED|ENETUNREACH/

const run = promisify(execFile)

/** Installs TypeDoc if it is not there; `false` when the registry cannot be reached. */
async function installTools(): Promise<boolean> {
  const isThere = await access(TYPEDOC).then(
    () => true,
    () => false,
  )
  if (isThere) return true
  try {
    await npm(['ci', '--no-audit', '--no-fund', '--fetch-retries=0'], { cwd: TOOLS })
    return true
  } catch (error) {
    if (OFFLINE.test((error as { stderr: string }).stderr)) return false
    throw error
  }
}

async function writeReference(folder: string): Promise<void> {
  await run(process.execPath, [TYPEDOC, '--out', folder, '--logLevel', 'Warn'], {
    cwd: TOOLS,
  }).catch((error) => {
    throw new Error(`TypeDoc failed:\n${error.stdout}${error.stderr}`)
  })
}

async function readPages(folder: string): Promise<Map<string, string>> {
  const pages = new Map<string, string>()
  for await (const path of glob('**/*.md', { cwd: folder }))
    pages.set(path, await readFile(join(folder, path), 'utf8'))
  return pages
}

async function stalePages(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wopikit-reference-'))
  try {
    await writeReference(folder)
    const [wanted, found] = await Promise.all([readPages(folder), readPages(TARGET)])
    const all = new Set([...wanted.keys(), ...found.keys()])
    return [...all].filter((path) => wanted.get(path) !== found.get(path))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function check(): Promise<void> {
  if (!(await installTools())) {
    console.error('docs/api was not checked: tools/docs is not installed, and npm is offline')
    process.exitCode = SKIPPED
    return
  }
  const stale = await stalePages()
  if (stale.length === 0) return
  console.error(`Not up to date in docs/api: ${stale.join(', ')}; run npm run docs`)
  process.exitCode = 1
}

async function write(): Promise<void> {
  if (!(await installTools())) throw new Error('npm cannot reach the registry')
  // Beside it first: what stands there stays when TypeDoc fails.
  const folder = `${TARGET}.new`
  await rm(folder, { recursive: true, force: true })
  try {
    await writeReference(folder)
    await rm(TARGET, { recursive: true, force: true })
    await rename(folder, TARGET)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await (process.argv.includes('--check') ? check() : write())
