/** Compiles `src` into `dist`, as it is published: JavaScript with declarations, without tests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
const COMMAND = join(DIST, 'cli/main.js')
const SHEBANG = '#!/usr/bin/env node'
const EXECUTABLE = 0o755

async function compile(): Promise<void> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  // npm reads what prepack prints to stdout as its own when it packs with --json.
  const compiler = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, 'inherit'],
  })
  const [code] = await once(compiler, 'exit')
  if (code !== 0) throw new Error(`tsc -p tsconfig.build.json failed (exit code ${code})`)
}

async function makeExecutable(): Promise<void> {
  const code = await readFile(COMMAND, 'utf8')
  if (!code.startsWith(`${SHEBANG}\n`)) throw new Error(`${COMMAND} lacks the line ${SHEBANG}`)
  await chmod(COMMAND, EXECUTABLE)
}

/** Every file that package.json promises under `exports` is there. */
async function checkExports(): Promise<void> {
  const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const targets = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry as Record<string, string>),
  )
  await Promise.all(targets.map((target) => access(join(ROOT, target))))
}

await rm(DIST, { recursive: true, force: true })
await compile()
await makeExecutable()
await checkExports()
