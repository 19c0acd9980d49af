/**
 * Proves what the README promises of other runtimes:
 *
 * - `npm ci && npm start` in a fresh copy of the repository, with each npm;
 * - the packed package, installed outside the repository, on each Node.
 *
 * It downloads what it proves with, about 300 MB, into a temporary folder.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { proveStart } from './prove.ts'

const NPM_VERSIONS = ['10.9.9', '11.21.2', '12.2.0']
const NODE_VERSIONS = ['24.21.0', '26.10.0']
/** The first start after an installation reads everything from the disk. */
const LIMIT_MS = 20_000
const ROOT = join(import.meta.dirname, '..')
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

/** Settings that npm hands to what it runs would reach the other npm as well. */
const CLEAN = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
)

const execute = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'wopikit-runtimes-'))

/** Installs a package into a folder of its own. @returns the folder of its commands */
async function install(name: string, ...packages: string[]): Promise<string> {
  const prefix = join(folder, name)
  await mkdir(prefix, { recursive: true })
  const project = { name, private: true, allowScripts: { node: true } }
  await writeFile(join(prefix, 'package.json'), JSON.stringify(project))
  await run('npm', ['install', ...QUIET, ...packages], prefix)
  return join(prefix, 'node_modules/.bin')
}

/** The environment in which commands of this folder come first. */
function withCommands(bin: string): NodeJS.ProcessEnv {
  return { ...CLEAN, PATH: `${bin}${delimiter}${process.env.PATH}` }
}

/** Runs a program to its end. @returns what it printed @throws with all of that when it fails */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = CLEAN,
): Promise<string> {
  const { stdout } = await execute(program, args, { cwd, env }).catch((error) => {
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`)
  })
  return stdout
}

/** Copies what git would give somebody who clones: tracked and new files, nothing ignored. */
async function copyRepository(target: string): Promise<void> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  await mkdir(target)
  await run('bash', ['-c', `git ${list.join(' ')} | xargs -0 cp --parents -t "$0"`, target], ROOT)
}

async function proveNpm(version: string): Promise<string> {
  const bin = await install(`npm-${version}`, `npm@${version}`)
  const clone = join(folder, `clone-${version}`)
  await copyRepository(clone)
  const env = withCommands(bin)
  await run('npm', ['ci', '--no-audit', '--no-fund'], clone, env)
  const dataDir = join(folder, `data-npm-${version}`)
  const command = ['npm', 'start', '--'] as const
  const ms = await proveStart({ command, cwd: clone, dataDir, env, limitMs: LIMIT_MS })
  await rm(clone, { recursive: true })
  return `npm ${version}: npm ci && npm start answered /health after ${Math.round(ms)} ms`
}

async function proveNode(version: string, tarball: string): Promise<string> {
  const bin = await install(`node-${version}`, `node@${version}`, tarball)
  const env = withCommands(bin)
  const found = await run('node', ['--version'], folder, env)
  if (found.trim() !== `v${version}`) throw new Error(`node@${version} brought ${found}`)
  const dataDir = join(folder, `data-node-${version}`)
  const command = [join(bin, 'wopikit'), 'serve'] as const
  const ms = await proveStart({ command, cwd: dirname(bin), dataDir, env, limitMs: LIMIT_MS })
  return `Node ${version}: the packed package answered /health after ${Math.round(ms)} ms`
}

async function pack(): Promise<string> {
  const printed = await run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT)
  return join(folder, printed.trim().split('\n').at(-1) ?? '')
}

try {
  for (const version of NPM_VERSIONS) console.log(await proveNpm(version))
  const tarball = await pack()
  for (const version of NODE_VERSIONS) console.log(await proveNode(version, tarball))
} finally {
  await rm(folder, { recursive: true, force: true })
}
