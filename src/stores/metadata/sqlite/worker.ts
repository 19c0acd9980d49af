import { parentPort, workerData } from 'node:worker_threads'
import { type Batch, createBatchRunner, type WorkerOptions } from './batch.ts'
import { openDatabase } from './database.ts'
import { makeFolderOf } from './make-folder.ts'

const options = workerData as WorkerOptions
if (!options.readOnly) makeFolderOf(options.path)
const db = openDatabase(options)
const runBatch = createBatchRunner(db, options)

// The other side sends one batch after the reply to the last one.
parentPort?.on('message', async (batch: Batch | 'close') => {
  if (batch !== 'close') {
    parentPort?.postMessage(await runBatch(batch))
    return
  }
  db.close()
  parentPort?.close()
})
