import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm } from '../../scripts/npm.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAMS = join(ROOT, 'test/fixtures/package')
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']
/** What an application beside the package has installed, in this repository's versions. */
const PEERS = ['express', 'fastify', 'hono', '@hono/node-server', '@types/node']
/** How long a program may run, in ms: less than idle connections may keep one alive. */
const PROGRAM_MAX_MS = 60_000

const run = promisify(execFile)

/** An application outside the repository that has installed the packed package. */
export interface InstalledPackage {
  /** The packed package. */
  readonly tarball: string
  /** The application's folder, with the programs of `test/fixtures/package`. */
  readonly folder: string
  /** Runs one of those programs, which prints JSON. */
  runProgram(name: string, ...args: string[]): Promise<unknown>
  remove(): Promise<void>
}

/** Packs this repository and installs the result in an empty folder, from the registry. */
export async function installPackage(): Promise<InstalledPackage> {
  const place = await mkdtemp(join(tmpdir(), 'wopikit-package-'))
  const folder = join(place, 'application')
  const tarball = await packInto(place)
  await cp(PROGRAMS, folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await npm(['install', ...QUIET, tarball, ...(await peers())], { cwd: folder })
  return {
    tarball,
    folder,
    async runProgram(name, ...args) {
      const options = { cwd: folder, timeout: PROGRAM_MAX_MS }
      const { stdout } = await run(process.execPath, [name, ...args], options)
      return JSON.parse(stdout)
    },
    remove: () => rm(place, { recursive: true }),
  }
}

async function packInto(place: string): Promise<string> {
  const args = ['pack', '--silent', '--pack-destination', place]
  const stdout = await npm(args, { cwd: ROOT })
  return join(place, stdout.trim().split('\n').at(-1) ?? '')
}

async function peers(): Promise<string[]> {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  return PEERS.map((name) => `${name}@${devDependencies[name]}`)
}

/** Runs a command of the repository's own development dependencies. */
export async function runTool(name: string, args: string[], cwd: string): Promise<void> {
  await runOrTell(join(ROOT, 'node_modules/.bin', name), args, cwd)
}

/** Checks types with one of the compilers that are installed beside each other. */
export async function runCompiler(name: string, config: string, cwd: string): Promise<void> {
  const compiler = join(ROOT, 'node_modules', name, 'bin/tsc')
  await runOrTell(process.execPath, [compiler, '-p', config], cwd)
}

async function runOrTell(program: string, args: string[], cwd: string): Promise<void> {
  await run(program, args, { cwd }).catch((error) => {
    throw new Error(`${program} ${args.join(' ')}:\n${error.stdout}\n${error.stderr}`)
  })
}
