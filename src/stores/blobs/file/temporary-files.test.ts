import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { createFileBlobStore } from '../file.ts'
import { temporaryName } from './temporary-files.ts'

const directory = await mkdtemp(join(tmpdir(), 'wopikit-temporary-'))
after(() => rm(directory, { recursive: true, force: true }))

test('cleanUp removes temporary files of dead processes, and only those', async () => {
  const temporary = join(directory, '.tmp')
  const now = Date.now()
  const store = createFileBlobStore({ directory, reserveBytes: 0, now: () => now })
  await mkdir(temporary, { recursive: true })
  const alive = temporaryName()
  const dead = alive.replace(`-${process.pid}-`, `-${await pidOfDeadProcess()}-`)
  const elsewhere = dead.replace(/^[0-9a-f]{8}/, '00000000')
  const predecessor = temporaryName()
  const ancient = alive.replace(`-${process.pid}-`, `-${process.ppid}-`)
  for (const name of [alive, dead, elsewhere, predecessor, ancient])
    await writeFile(join(temporary, name), 'half a blob')
  const setAge = (name: string, ageMs: number) => {
    const time = (now - ageMs) / 1000
    return utimes(join(temporary, name), time, time)
  }
  await setAge(predecessor, process.uptime() * 1000 + 60_000)
  await setAge(ancient, 25 * 60 * 60 * 1000)

  await store.cleanUp?.()

  assert.deepEqual((await readdir(temporary)).sort(), [alive, elsewhere].sort())
})

async function pidOfDeadProcess(): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--version'], () => resolve(child.pid ?? 0))
  })
}
