import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Host } from '../../src/index.ts'
import { addDocument } from './documents.ts'
import { type DocumentRow, type RevisionRow, ROOT, type Storage } from './storage.ts'
import { type createAccess, USERS } from './users.ts'

/** What the application's own pages are made with. */
export interface Application {
  storage: Storage
  access: ReturnType<typeof createAccess>
  host: Pick<Host, 'wopiSrc'>
}

/** Answers one request to the application itself. */
export async function answer(
  application: Application,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://application')
  const [, kind, id, part] = pathname.split('/')
  const user = searchParams.get('user') ?? 'ada'
  if (!USERS.has(user)) return sendJson(response, undefined)
  const route = `${request.method} /${kind}${id ? '/:id' : ''}${part ? `/${part}` : ''}`
  switch (route) {
    case 'GET /':
      return sendHtml(response, listPage(application.storage))
    case 'POST /documents':
      return sendJson(response, await create(application, request, searchParams.get('name'), user))
    case 'GET /documents/:id':
      return download(application, response, documentOf(application, id)?.revision)
    case 'PUT /documents/:id':
      return sendJson(response, await change(application, request, id, user))
    case 'GET /documents/:id/revisions':
      return sendJson(response, revisionsOf(application, id))
    case 'GET /documents/:id/edit':
      return sendJson(response, await openEditor(application, id, user))
    case 'GET /revisions/:id':
      return download(application, response, id)
    default:
      return sendJson(response, undefined)
  }
}

function documentOf({ storage }: Pick<Application, 'storage'>, id = ''): DocumentRow | undefined {
  const row = storage.database.prepare('SELECT * FROM documents WHERE id = ?').get(id)
  return row as DocumentRow | undefined
}

function revisionsOf({ storage }: Application, id = ''): RevisionRow[] {
  const sql = 'SELECT * FROM revisions WHERE document = ? ORDER BY number'
  return storage.database.prepare(sql).all(id) as unknown as RevisionRow[]
}

async function create(
  { storage }: Application,
  request: IncomingMessage,
  name: string | null,
  owner: string,
) {
  if (!name) return undefined
  const stored = await storage.store(request)
  if (isTaken(storage, name)) return { error: `There is a document ${name} already` }
  return { id: addDocument(storage, { name, folder: ROOT, owner }, stored) }
}

function isTaken({ database }: Storage, name: string): boolean {
  const sql = 'SELECT 1 FROM documents WHERE folder = ? AND name = ?'
  return database.prepare(sql).get(ROOT, name) !== undefined
}

/** A change that does not come through wopikit, such as an upload by the application's own form. */
async function change(
  application: Application,
  request: IncomingMessage,
  id: string | undefined,
  user: string,
) {
  const row = documentOf(application, id)
  if (!row) return undefined
  const { database } = application.storage
  const { revision, size } = await application.storage.store(request)
  return application.storage.transaction(() => {
    database
      .prepare('UPDATE documents SET revision = ?, size = ?, changedAt = ? WHERE id = ?')
      .run(revision, size, Date.now(), row.id)
    database
      .prepare('INSERT INTO revisions VALUES (NULL, ?, ?, NULL, NULL, ?, ?)')
      .run(revision, row.id, user, size)
    return { revision }
  })
}

/** What a page posts to Office, or gives to `wopikit put` and `wopikit get`. */
async function openEditor(application: Application, id: string | undefined, userId: string) {
  const displayName = USERS.get(userId)
  const row = documentOf(application, id)
  if (!row || !displayName) return undefined
  const token = await application.access.issue({ fileId: row.id, user: { userId, displayName } })
  return { wopiSrc: application.host.wopiSrc(row.id), ...token }
}

async function download(
  { storage }: Application,
  response: ServerResponse,
  revision: string | undefined,
): Promise<void> {
  const known =
    'SELECT 1 FROM revisions WHERE revision = ? UNION SELECT 1 FROM documents WHERE revision = ?'
  const name = revision ?? ''
  if (!storage.database.prepare(known).get(name, name)) return sendJson(response, undefined)
  await using content = await storage.read(name)
  // What users have uploaded is never shown as a page of this application.
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': 'attachment',
    'X-Content-Type-Options': 'nosniff',
  })
  await pipeline(content, response)
}

function listPage({ database }: Storage): string {
  const rows = database.prepare('SELECT * FROM documents ORDER BY name').all()
  const items = (rows as unknown as DocumentRow[]).map(({ id, name, size }) => {
    const links = `<a href="/documents/${id}">download</a>, <a href="/documents/${id}/revisions">revisions</a>`
    return `<li>${escaped(name)}, ${size} bytes: ${links}</li>`
  })
  return `<!doctype html><title>Documents</title><ul>${items.join('')}</ul>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function sendHtml(response: ServerResponse, html: string): void {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(html)
}

/**
 * `undefined` is a 404, and an error a 409. Nothing is kept by browsers and proxies: there may be a
 * token in it.
 */
function sendJson(response: ServerResponse, value: object | undefined): void {
  const refused = value && 'error' in value ? 409 : 200
  response.writeHead(value === undefined ? 404 : refused, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
  })
  response.end(JSON.stringify(value ?? { error: 'There is no such thing' }))
}
