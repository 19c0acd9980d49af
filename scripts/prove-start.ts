/** Proves that `npm start` answers `/health` soon, with an empty data directory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { proveStart } from './prove.ts'

const folder = await mkdtemp(join(tmpdir(), 'wopikit-start-'))
try {
  const ms = await proveStart({
    command: ['npm', 'start', '--'],
    cwd: join(import.meta.dirname, '..'),
    dataDir: join(folder, 'data'),
  })
  console.log(`npm start answered /health after ${Math.round(ms)} ms`)
} finally {
  await rm(folder, { recursive: true })
}
