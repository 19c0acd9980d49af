import assert from 'node:assert/strict'
import { request } from 'node:http'

/** What an editor's server sends, and what of the reply it needs to go on. */
export interface Exchange {
  /** In a few words, for whoever reads a failure. */
  does: string
  method: 'GET' | 'POST'
  /** The file, its content, or an address out of an earlier reply, such as `{FileUrl}`. */
  to: 'file' | 'contents' | `{${string}}`
  /** As the client writes them; `{Name}` stands for what an earlier reply has told. */
  headers: Readonly<Record<string, string>>
  body?: string
  /** Who sends it (default: the first user). */
  by?: 'second user'
  needs: Needs
  /** Members of the JSON that the client keeps, by the name under which it goes on with them. */
  keeps?: Readonly<Record<string, string>>
}

export interface Needs {
  status: number
  json?: Readonly<Record<string, Need>>
  /** The whole body. */
  body?: string
}

/** A value, which may name what is kept; or something that is there; or something new. */
type Need = string | number | boolean | typeof PRESENT | { differsFrom: string } | { has: string }

export const PRESENT = Symbol('present')

/** One session of an editor with a document. */
export interface Transcript {
  /** The client, and what happens. */
  name: string
  /** Of the document when it is opened. */
  document: { name: string; content: string }
  exchanges: readonly Exchange[]
  /** What the document holds in the end. */
  leaves: string
}

/** Where a transcript is played. */
export interface Stage {
  wopiSrc: string
  fileId: string
  token: string
  secondToken: string
}

interface Answer {
  status: number
  text: string
}

/** Plays a transcript against a host, and stops at the first reply that its client could not use. */
export async function play({ exchanges }: Transcript, stage: Stage): Promise<void> {
  const kept = new Map<string, string>([['fileId', stage.fileId]])
  for (const exchange of exchanges) {
    const answer = await send(exchange, stage, kept)
    assert.equal(answer.status, exchange.needs.status, `${exchange.does}: ${answer.text}`)
    if (exchange.needs.body !== undefined)
      assert.equal(answer.text, exchange.needs.body, exchange.does)
    if (exchange.needs.json || exchange.keeps) readJson(exchange, answer.text, kept)
  }
}

function readJson({ does, needs, keeps = {} }: Exchange, text: string, kept: Map<string, string>) {
  const json: Record<string, unknown> = JSON.parse(text)
  for (const [name, need] of Object.entries(needs.json ?? {})) {
    const value = json[name]
    const where = `${does}: ${name} is ${JSON.stringify(value)}`
    if (need === PRESENT) assert.ok(value !== undefined && value !== '', where)
    else if (typeof need === 'string') assert.equal(value, filled(need, kept), where)
    else if (typeof need !== 'object') assert.equal(value, need, where)
    else if ('has' in need) assert.match(String(value), new RegExp(need.has), where)
    else assert.ok(value !== undefined && value !== kept.get(need.differsFrom), where)
  }
  for (const [name, member] of Object.entries(keeps)) kept.set(name, String(json[member]))
}

function send(exchange: Exchange, stage: Stage, kept: Map<string, string>): Promise<Answer> {
  const { method, to, body = '' } = exchange
  const headers = Object.entries(exchange.headers).map(([name, value]) => [
    name,
    filled(value, kept),
  ])
  const token = exchange.by === 'second user' ? stage.secondToken : stage.token
  const own = `${stage.wopiSrc}${to === 'contents' ? '/contents' : ''}?access_token=${encodeURIComponent(token)}`
  const url = to.startsWith('{') ? filled(to, kept) : own
  const length = method === 'POST' ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...Object.fromEntries(headers), ...length } })
    sent.on('error', reject)
    sent.on('response', async (response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() })
    })
    sent.end(body)
  })
}

/** Puts what is kept where it is named. */
function filled(text: string, kept: Map<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = kept.get(name)
    assert.ok(value !== undefined, `No reply has told ${name}`)
    return value
  })
}
