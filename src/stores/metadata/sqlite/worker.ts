import { parentPort, workerData } from 'node:worker_threads'
import { type Batch, createBatchRunner, type LaneOptions } from './batch.ts'
import { openDatabase } from './database.ts'

const options = workerData as LaneOptions
const db = openDatabase(options)
const runBatch = createBatchRunner(db, options)

parentPort?.on('message', (batch: Batch | 'close') => {
  if (batch !== 'close') {
    parentPort?.postMessage(runBatch(batch))
    return
  }
  db.close()
  parentPort?.close()
})
