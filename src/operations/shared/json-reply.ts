import type { HostReply } from '../../ports/exchange.ts'

const UTF8 = new TextEncoder()

/** 200 with a JSON body. */
export function jsonReply(
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HostReply {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: UTF8.encode(JSON.stringify(value)),
  }
}
