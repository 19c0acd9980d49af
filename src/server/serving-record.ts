import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'

const FILE = 'serving.json'

/**
 * Records the settings of a starting server in its data folder, so that commands beside it print
 * its address and use its retention.
 */
export async function noteServing(config: Config, publicUrl: string): Promise<void> {
  const settings = {
    publicUrl,
    basePath: config.basePath,
    maxFileBytes: config.maxFileBytes,
    minFreeBytes: config.minFreeBytes,
    historyStates: config.historyStates,
    historyAge: `${config.historyAge}ms`,
    garbageDelay: `${config.garbageDelay}ms`,
  }
  const beside = join(config.data, `${FILE}.${randomUUID()}`)
  await writeFile(beside, `${JSON.stringify(settings, undefined, 2)}\n`)
  await rename(beside, join(config.data, FILE))
}

/** The settings of the server that last used this data folder; empty when there was none. */
export async function readServing(dataDir: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(join(dataDir, FILE), 'utf8'))
  } catch {
    return {}
  }
}
