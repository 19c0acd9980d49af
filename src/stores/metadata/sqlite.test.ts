import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import {
  createTree,
  newCommit,
  newDocument,
  newSession,
  placeOf,
} from '../../testing/metadata/context.ts'
import { metadataStoreContract } from '../../testing/metadata-store-contract.ts'
import { createSqliteMetadataStore } from './sqlite.ts'

const MODULE = new URL('./sqlite.ts', import.meta.url).href

const directory = await mkdtemp(join(tmpdir(), 'wopikit-sqlite-'))
after(() => rm(directory, { recursive: true, force: true }))
let files = 0
const newPath = () => {
  files += 1
  return join(directory, `${files}.db`)
}

metadataStoreContract({
  describe,
  test,
  name: 'createSqliteMetadataStore',
  async open() {
    let time = 1_700_000_000_000
    const store = createSqliteMetadataStore({ path: newPath(), now: () => time })
    return {
      store,
      advance(ms) {
        time += ms
      },
    }
  },
})

test('two stores on one file see what the other has written', async () => {
  const path = newPath()
  const server = createSqliteMetadataStore({ path })
  const command = createSqliteMetadataStore({ path })

  const created = await Promise.all(
    [server, command].map((store, index) => {
      return store.createDocument(newDocument({ key: `d${index}` }))
    }),
  )

  assert.equal(created.filter(({ ok }) => ok).length, 1)
  assert.deepEqual(
    (await server.readDocument('File_1'))?.document,
    (await command.readDocument('File_1'))?.document,
  )
  await Promise.all([server.close(), command.close()])
})

test('two stores on one file give a name to one document', async () => {
  const path = newPath()
  const stores = [createSqliteMetadataStore({ path }), createSqliteMetadataStore({ path })]
  for (const store of stores) await createTree(store)

  const created = await Promise.all(
    stores.map((store, index) => {
      const id = `d${index}`
      return store.createDocument(newDocument({ fileId: id, key: id, place: placeOf('wanted') }))
    }),
  )

  assert.deepEqual(
    created.filter(({ ok }) => !ok),
    [{ ok: false, reason: 'name-taken' }],
  )
  await Promise.all(stores.map((store) => store.close()))
})

test('ten stores may create one file at the same time', async () => {
  const path = newPath()
  const stores = Array.from({ length: 10 }, () => createSqliteMetadataStore({ path }))

  await Promise.all(stores.map((store) => store.check()))

  await Promise.all(stores.map((store) => store.close()))
})

test('acknowledged changes are there when the file is opened again', async () => {
  const path = newPath()
  const first = createSqliteMetadataStore({ path })
  await first.createDocument(newDocument())
  await first.close()

  const second = createSqliteMetadataStore({ path })

  assert.equal((await second.readDocument('File_1'))?.document.manifestId, 'm1')
  await second.close()
})

test('a write lock of another process delays writes, and not reads', async () => {
  const path = newPath()
  const store = createSqliteMetadataStore({ path })
  await store.createDocument(newDocument())
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  let written = false

  const writing = store.replaceLocks('d1', 0, 'locks').then((outcome) => {
    written = true
    return outcome
  })
  const read = await store.readDocument('File_1')
  const writtenWhileLocked = written
  other.exec('COMMIT')

  assert.equal(read?.document.locks, null)
  assert.equal(writtenWhileLocked, false)
  assert.equal((await writing).ok, true)
  other.close()
  await store.close()
})

test('a write rejects when another process keeps its lock for too long', async () => {
  const path = newPath()
  const store = createSqliteMetadataStore({ path, busyTimeoutMs: 1 })
  await store.createDocument(newDocument())
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')

  await assert.rejects(store.replaceLocks('d1', 0, 'locks'), /locked/)
  other.exec('ROLLBACK')
  const later = await store.replaceLocks('d1', 0, 'locks')

  assert.equal(later.ok, true)
  other.close()
  await store.close()
})

test('a command that fails does not undo the other commands of its batch', async () => {
  const store = createSqliteMetadataStore({ path: newPath() })
  await store.createDocument(newDocument())

  const outcomes = await Promise.allSettled([
    store.replaceLocks('d1', 0, 'locks'),
    store.commit(newCommit({ manifestId: 'm1', expected: { manifestId: 'm1' } })),
    store.createSession(newSession({ documentKey: 'unknown' })),
    store.commit(newCommit({ expected: { manifestId: 'm1', lockVersion: 1 } })),
  ])

  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  const document = (await store.readDocument('File_1'))?.document
  assert.deepEqual([document?.locks, document?.manifestId], ['locks', 'm2'])
  await store.close()
})

test('all commands of a batch see the same time of the clock', async () => {
  let time = 1000
  const store = createSqliteMetadataStore({ path: newPath(), now: () => time++ })

  const created = await Promise.all(
    ['a', 'b', 'c'].map((fileId) => store.createDocument(newDocument({ fileId, key: fileId }))),
  )

  assert.equal(new Set(created.map((outcome) => outcome.ok && outcome.now)).size, 1)
  await store.close()
})

test('a file of another application is refused and left as it was', async () => {
  const path = newPath()
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE theirs (a); PRAGMA user_version = 7')
  other.close()
  const before = await readFile(path)
  const store = createSqliteMetadataStore({ path })

  await assert.rejects(store.check(), /another application/)
  await assert.rejects(store.readDocument('File_1'), /another application/)
  await store.close()

  assert.deepEqual(await readFile(path), before)
})

test('a file that is not a database is refused', async () => {
  const path = newPath()
  await writeFile(path, 'x'.repeat(10_000))
  const store = createSqliteMetadataStore({ path })

  await assert.rejects(store.check(), /cannot be used: file is not a database/)

  await store.close()
})

test('a database of a newer version is refused, with a message that says what to do', async () => {
  const path = newPath()
  const current = createSqliteMetadataStore({ path })
  await current.check()
  await current.close()
  const newer = new DatabaseSync(path)
  newer.exec('PRAGMA user_version = 1000')
  newer.close()

  const store = createSqliteMetadataStore({ path })

  await assert.rejects(store.check(), /schema has version 1000.*use the wopikit that wrote it/)
  await store.close()
})

test('a migration that is killed halfway runs again', async () => {
  const path = newPath()
  const killed = new DatabaseSync(path)
  killed.exec('BEGIN EXCLUSIVE; CREATE TABLE documents (a); PRAGMA user_version = 1')
  killed.close()

  const store = createSqliteMetadataStore({ path })

  assert.equal((await store.createDocument(newDocument())).ok, true)
  await store.close()
})

test('createSqliteMetadataStore refuses :memory:', () => {
  assert.throws(() => createSqliteMetadataStore({ path: ':memory:' }), RangeError)
})

test('acknowledged changes of a process survive when it is killed while it writes', async () => {
  const path = newPath()
  const child = startWriter(path)
  const acknowledged = await new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (Number(line) < 50) return
      child.kill('SIGKILL')
      resolve(Number(line))
    })
  })
  await once(child, 'exit')

  const store = createSqliteMetadataStore({ path })

  const locks = Number((await store.readDocument('File_1'))?.document.lockVersion)
  assert.ok(locks >= acknowledged, `${locks} of ${acknowledged} changes are there`)
  await store.close()
})

test('an open store that is idle does not keep its process alive', async () => {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `const { createSqliteMetadataStore } = await import(${JSON.stringify(MODULE)})
     await createSqliteMetadataStore({ path: ${JSON.stringify(newPath())} }).check()`,
  ])

  const [code] = await once(child, 'exit')

  assert.equal(code, 0)
})

/** A process that changes locks for ever, and prints how many changes were acknowledged. */
function startWriter(path: string) {
  const script = `
    const { createSqliteMetadataStore } = await import(${JSON.stringify(MODULE)})
    const store = createSqliteMetadataStore({ path: ${JSON.stringify(path)} })
    const document = ${JSON.stringify({ ...newDocument(), manifest: undefined })}
    await store.createDocument({ ...document, manifest: new Uint8Array(1) })
    for (let version = 0; ; version += 1) {
      await store.replaceLocks('d1', version, 'locks ' + version)
      console.log(version + 1)
    }`
  return spawn(process.execPath, ['--input-type=module', '--eval', script])
}

test('a store makes the folders of its file, for the owner only', async () => {
  const folder = join(directory, 'not', 'there')
  const store = createSqliteMetadataStore({ path: join(folder, 'wopikit.db') })

  await store.check()

  for (const made of [folder, join(folder, '..')])
    assert.equal((await stat(made)).mode & 0o777, 0o700)
  await store.close()
})

test('a store whose file cannot be opened is usable as soon as it can be', async () => {
  const inTheWay = join(directory, 'in-the-way')
  await writeFile(inTheWay, 'a file where a folder should be')
  const store = createSqliteMetadataStore({ path: join(inTheWay, 'wopikit.db') })
  await assert.rejects(store.createDocument(newDocument()), /cannot be used: .*in-the-way/)
  await assert.rejects(store.readDocument('File_1'), /cannot be used/)

  await rm(inTheWay)

  assert.equal((await store.createDocument(newDocument())).ok, true)
  assert.equal((await store.readDocument('File_1'))?.document.manifestId, 'm1')
  await store.close()
})

test('a store that could never be opened can be closed', async () => {
  const inTheWay = join(directory, 'still-in-the-way')
  await writeFile(inTheWay, '')
  const store = createSqliteMetadataStore({ path: join(inTheWay, 'wopikit.db') })
  await assert.rejects(store.check())

  await store.close()

  await assert.rejects(store.check(), /closed/)
})
