import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readConfig } from './config.ts'
import { ServerError } from './errors.ts'
import { createLog } from './logging.ts'
import { type RunningServer, startServer } from './run.ts'

const LOG = createLog('silent', { write: () => {} })

let data: string
let server: RunningServer

before(async () => {
  data = await mkdtemp(join(tmpdir(), 'wopikit-metrics-'))
  const config = readConfig({ file: { port: 0, data, metricsPort: 0 } })
  server = await startServer(config, { log: LOG, droppedLogLines: () => 7 })
})
after(async () => {
  await server.close()
  await rm(data, { recursive: true })
})

describe('metrics', () => {
  test('metrics count requests by operation and status, and name nothing that clients chose', async () => {
    const path = `${server.url}/wopi/files/${server.sampleFileId}`
    for (const target of [path, path, `${server.url}/wopi/nothing`])
      await (await fetch(target)).text()

    const reply = await fetch(server.metricsUrl ?? '')
    const text = await reply.text()

    assert.match(reply.headers.get('Content-Type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.match(text, /^wopikit_requests_total\{operation="CheckFileInfo",status="401"\} 2$/m)
    assert.match(text, /^wopikit_requests_total\{operation="none",status="404"\} 1$/m)
    assert.match(text, /^wopikit_log_lines_dropped_total 7$/m)
    assert.match(text, /^wopikit_connections \d+$/m)
    assert.match(text, /^wopikit_event_loop_delay_max_seconds 0\.\d+$/m)
    assert.match(text, /^wopikit_memory_budget_bytes \d{8,}$/m)
    assert.doesNotMatch(text, new RegExp(server.sampleFileId))
  })

  test('every sample of the metrics has a type and a help text before it', async () => {
    const text = await (await fetch(server.metricsUrl ?? '')).text()

    const names = text.matchAll(/^(wopikit_\w+)(?:\{[^}]*\})? [\d.e+-]+$/gm)
    const known = new Set([...names].map(([, name]) => name))
    assert.ok(known.size > 8)
    for (const name of known)
      assert.match(text, new RegExp(`^# HELP ${name} .+\\n# TYPE ${name} (gauge|counter)$`, 'm'))
  })

  test('metrics are not where clients are, and nowhere unless asked for', async () => {
    const atClients = await fetch(`${server.url}/metrics`)
    const other = await mkdtemp(join(tmpdir(), 'wopikit-metrics-'))
    const config = readConfig({ file: { port: 0, data: other } })
    const without = await startServer(config, { log: LOG })
    await without.close()

    assert.equal(atClients.status, 404)
    assert.equal(without.metricsUrl, undefined)
    assert.equal(new URL(server.metricsUrl ?? '').hostname, '127.0.0.1')
    await rm(other, { recursive: true })
  })

  test('a port for metrics that is taken leaves no server open', async () => {
    const other = await mkdtemp(join(tmpdir(), 'wopikit-metrics-'))
    const metricsPort = Number(new URL(server.metricsUrl ?? '').port)
    const config = readConfig({ file: { port: 0, data: other, metricsPort } })

    await assert.rejects(
      startServer(config, { log: LOG }),
      (error) => error instanceof ServerError && error.code === 'PORT_TAKEN',
    )
    await rm(other, { recursive: true })
  })
})
