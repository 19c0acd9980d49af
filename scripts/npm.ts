import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Runs npm and gives what it prints. Under npm it is that very npm, as a program of Node's: Windows
 * starts `npm.cmd` through a shell only.
 *
 * @throws Error with `stdout` and `stderr` when npm fails
 */
export async function npm(args: readonly string[], options: { cwd: string }): Promise<string> {
  const program = process.env.npm_execpath
  const { stdout } = program?.endsWith('.js')
    ? await run(process.execPath, [program, ...args], options)
    : await run('npm', args, { ...options, shell: process.platform === 'win32' })
  return stdout
}
