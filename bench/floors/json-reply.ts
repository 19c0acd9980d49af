/** The least that a small answer can cost: the same JSON every time, read from nowhere. */
import { createServer } from 'node:http'
import { serve } from './serve.ts'

const json = process.argv[3] ?? '{}'
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) }

serve(createServer((_request, response) => response.writeHead(200, headers).end(json)))
