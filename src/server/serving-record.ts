import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'

/** Its name in the data folder. */
export const SERVING = 'serving.json'
const OWNER_ONLY = 0o600

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
  const beside = join(config.data, `${SERVING}.${randomUUID()}`)
  await writeFile(beside, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: OWNER_ONLY })
  await rename(beside, join(config.data, SERVING))
}

/** The settings of the server that last used this data folder; empty when there was none. */
export async function readServing(dataDir: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(join(dataDir, SERVING), 'utf8'))
  } catch {
    return {}
  }
}
