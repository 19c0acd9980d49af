import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

interface LockedPackage {
  dev?: boolean
  hasInstallScript?: boolean
  optionalDependencies?: Record<string, string>
}

const ROOT = join(import.meta.dirname, '..')

async function readLockFile(): Promise<Record<string, LockedPackage>> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'))
  return lock.packages
}

test('package-lock.json names the binaries of every platform, without which npm refuses it', async () => {
  const packages = await readLockFile()

  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`${place}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    ),
  )

  assert.deepEqual(missing, [])
})

test('package-lock.json holds no install script that package.json does not allow', async () => {
  const { allowScripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const packages = await readLockFile()

  const scripted = Object.keys(packages).filter((place) => packages[place]?.hasInstallScript)

  const names = scripted.map((place) => place.replace(/^.*node_modules\//, ''))
  assert.deepEqual(
    names.filter((name) => allowScripts[name] !== true),
    [],
  )
})
