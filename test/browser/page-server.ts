import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { listenOn, type TestServer } from '../helpers/http-server.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCRIPTS = {
  '/page.js': 'test/browser/page.ts',
  '/worker.js': 'examples/browser/worker.ts',
}
const PAGE = '<!doctype html><input type="file"><script type="module" src="/page.js"></script>'

/** What docs/client.md asks of a host on another origin. */
const CORS_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers':
    'X-WOPI-Override, X-WOPI-Lock, X-WOPI-SequenceNumber, X-WOPI-CoauthLockId, ' +
    'X-WOPI-UploadSessionToken, X-WOPI-ContentRangeOffset, X-WOPI-ContentRangeLength, Content-Type',
  'Access-Control-Expose-Headers':
    'X-WOPI-SequenceNumber, X-WOPI-ItemVersion, X-WOPI-Lock, X-WOPI-LockFailureReason, ' +
    'X-WOPI-FailureReason, X-WOPI-ConflictingLockUsername, X-WOPI-UploadSessionCurrentOffset, ' +
    'X-Wopikit-FailureCode, Retry-After',
}

let bundled: Promise<Map<string, string>> | undefined

/**
 * Serves the page and its Worker under a policy, and the host on the same origin: a request for
 * `/wopi/…` goes on to `host`, unless it is to be refused.
 */
export async function servePage(
  policy: string,
  host: string,
  refuse: (request: IncomingMessage) => boolean = () => false,
): Promise<TestServer> {
  bundled ??= bundleScripts()
  const scripts = await bundled
  return listenOn((request, response) => {
    const path = request.url ?? ''
    if (path.startsWith('/wopi/')) {
      if (refuse(request)) return response.writeHead(413).end()
      return forward(request, response, host)
    }
    const script = scripts.get(path)
    response.setHeader('Content-Security-Policy', policy)
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html')
    response.end(script ?? PAGE)
  })
}

/** Lets pages of `origin` talk to `host`. */
export function serveCors(origin: string, host: string): Promise<TestServer> {
  return listenOn((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', origin)
    for (const [name, value] of Object.entries(CORS_HEADERS)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') response.writeHead(204).end()
    else forward(request, response, host)
  })
}

function forward(request: IncomingMessage, response: ServerResponse, host: string): void {
  const { method, headers, url } = request
  const onward = ask(`${host}${url}`, { method, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

async function bundleScripts(): Promise<Map<string, string>> {
  const scripts = new Map<string, string>()
  for (const [path, input] of Object.entries(SCRIPTS)) {
    await using bundler = await rolldown({ input, cwd: ROOT, platform: 'browser' })
    const { output } = await bundler.generate({ format: 'esm' })
    scripts.set(path, output[0].code)
  }
  return scripts
}
