/**
 * Loaded into a measured process before its own code. Counts its syncs of files (not those of SQLite,
 * which are no calls of Node), its processor time and how late its event loop is, and tells them over
 * a port of its own, whose number it writes to the file that WOPIKIT_BENCH_PROBE names. In JavaScript,
 * as stripping types would add to the memory that is measured.
 */
import fs from 'node:fs'
import { createServer } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const NS_PER_MS = 1e6
const DELAY_RESOLUTION_MS = 1

if (isMainThread) {
  let syncs = 0
  for (const name of ['fsync', 'fdatasync']) {
    const call = fs[name]
    fs[name] = (...args) => {
      syncs += 1
      call(...args)
    }
  }
  syncBuiltinESMExports()
  countHandleSyncs(() => {
    syncs += 1
  })
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  delay.enable()

  const server = createServer((request, response) => {
    const { user, system } = process.cpuUsage()
    const delayP99Ms = delay.percentile(99) / NS_PER_MS
    if (request.method === 'POST') delay.reset()
    response.end(JSON.stringify({ syncs, cpuMs: (user + system) / 1000, delayP99Ms }))
  })
  server.listen(0, '127.0.0.1', () => {
    fs.writeFileSync(process.env.WOPIKIT_BENCH_PROBE, String(server.address().port))
  })
  server.unref()
}

/** The promises of `node:fs/promises` sync through their handles. */
function countHandleSyncs(count) {
  const open = fs.promises.open
  fs.promises.open = async (...args) => {
    const handle = await open(...args)
    for (const name of ['sync', 'datasync']) {
      const call = handle[name].bind(handle)
      handle[name] = () => {
        count()
        return call()
      }
    }
    return handle
  }
  syncBuiltinESMExports()
}
